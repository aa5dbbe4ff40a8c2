import { conclude, judgeRecording, type Judged } from '../conclude.ts'
import { exitCodeOf, exitCodes } from '../exit-codes.ts'
import { problemsOfFiles } from '../load/problems-of-files.ts'
import { consoleText } from '../report/console.ts'
import { paintFor } from '../report/paint.ts'
import { openProgress } from '../report/progress.ts'
import { run, type RunEnd, type RunRequest } from '../run.ts'
import { chooseVariant, loadScenario } from '../scenario/load-scenario.ts'
import { UsageError } from '../scenario/usage-error.ts'
import { planFor, profiles } from '../scenario/profiles.ts'
import type { Plan, ProfileName } from '../scenario/scenario.ts'
import { problemsOfPlace, stackNames, type StackName } from '../stack/boot.ts'
import type { Findings } from '../verdict/verdict.ts'
import { textOf, type Arguments, type Command, type Io } from './command.ts'
import { shown } from './shown.ts'

export const runOptions = {
  profile: { type: 'string' },
  stack: { type: 'string' },
  variant: { type: 'string' },
  for: { type: 'string' },
  budget: { type: 'string' },
  seed: { type: 'string' },
  reports: { type: 'string' },
  json: { type: 'boolean' },
} as const

export default {
  usage: 'run <scenario> [--profile repro|gate|certify|nightly] [--stack auto|containers|processes] [--variant NAME] [--for 8h] [--budget 2m] [--seed N] [--reports DIR] [--json]',
  does: 'boots, loads, waits for quiet, judges',
  options: runOptions,
  explains: {
    options: {
      'profile NAME': 'how long and how hard: repro (under a minute), gate (at most 2 minutes; the default), certify (until less than one leak in 10,000 requests is certain), nightly (hours)',
      'stack NAME': 'containers (needs a Docker engine), processes (PostgreSQL from npm), or auto, which takes what is there and says why',
      'variant NAME': "one of the scenario's target.variants; lowtide list shows them",
      'for TIME': 'how long a nightly lasts, such as 8h',
      'budget TIME': 'how long any other run may last, boot to verdict, such as 90s or 10m: it sizes the doses',
      'seed N': 'which requests are drawn, and in which order doses come; the same seed sends the same requests',
      'reports DIR': 'gets a folder with the record and its reports; reports/ if absent',
      json: 'the verdict with all findings as JSON on stdout, and words on stderr',
    },
    examples: ['lowtide run scenarios/shop.ts --variant release-on-success', 'lowtide run scenarios/timeline-soak.ts --profile nightly --for 8h'],
  },
  problemsOf: problemsOfRequest,
  run: async (args, io) => {
    const outcome = await soakOnce(await requestOf(args, io.signal), io, { quiet: args.values.json === true })
    if (args.values.json === true) io.stdout.write(`${JSON.stringify(asJson(outcome))}\n`)
    return outcome.exitCode
  },
} satisfies Command

export type Outcome = { readonly exitCode: number; readonly end: RunEnd; readonly findings: Findings | null }

/** One run with its progress and its last words on the terminal. `--json` keeps stdout for the machine and moves all words to stderr. */
export async function soakOnce(request: RunRequest, io: Io, { quiet }: { readonly quiet: boolean }): Promise<Outcome> {
  const out = quiet ? io.stderr : io.stdout
  const end = await watched(request, out, io.signal)
  if (end.how === 'failed') {
    io.stderr.write(`${messageOf(end.error)}\n${end.dir ? `Its logs are in ${shown(end.dir, 'logs')}.\n` : ''}`)
    return { exitCode: exitCodes.couldNotRun, end, findings: null }
  }
  if (end.dir === null) {
    io.stderr.write('Interrupted before there was anything to record.\n')
    return { exitCode: exitCodes.interrupted, end, findings: null }
  }
  const { facts, findings, unwritten } = await concludeOrJudge(end.dir)
  const report = unwritten ? shown(end.dir) : shown(end.dir, 'report.html')
  out.write(`${consoleText({ facts, findings }, { report, paint: paintFor(out), width: out.columns ?? 100 })}\n`)
  if (unwritten) {
    io.stderr.write(`${messageOf(unwritten)}\nFree some space, then judge and draw what is on record: lowtide report ${shown(end.dir)}\n`)
    return { exitCode: exitCodes.couldNotRun, end, findings }
  }
  return { exitCode: exitCodeOf(findings.verdict), end, findings }
}

/** What was seen is told even where its reports find no room on the disk. */
async function concludeOrJudge(dir: string): Promise<Judged & { readonly unwritten: Error | null }> {
  try {
    return { ...(await conclude(dir)), unwritten: null }
  } catch (error) {
    if (!isOfTheDisk(error)) throw error
    return { ...(await judgeRecording(dir)), unwritten: error }
  }
}

function isOfTheDisk(error: unknown): error is Error {
  if (error instanceof AggregateError) return error.errors.every(isOfTheDisk)
  const { code } = ((error as Error).cause ?? error) as NodeJS.ErrnoException
  return ['ENOSPC', 'EDQUOT', 'EROFS', 'EACCES', 'EIO'].includes(code ?? '')
}

async function watched(request: RunRequest, stream: NodeJS.WriteStream, signal: AbortSignal): Promise<RunEnd> {
  await using progress = openProgress({ stream, isTTY: stream.isTTY === true, budgetMs: request.plan.budgetMs, plan: request.plan.stopsAt === 'exhaustion' ? 'budget' : expectedPhases(request.plan) })
  return run(
    request,
    {
      began: (dir) => progress.say(`record: ${shown(dir)}`),
      phase: progress.phase,
      say: progress.say,
      suspect: progress.suspect,
      counters: (now) =>
        progress.counters({
          requests: now['load.started'] ?? 0,
          inFlight: now['load.in-flight'] ?? 0,
          backends: now['pg.backends'] ?? 0,
          idleInTransaction: now['pg.idle-in-transaction'] ?? 0,
          processes: now['app.processes'] ?? 0,
          zombies: now['app.zombies'] ?? 0,
        }),
    },
    signal,
  )
}

/** The request that the arguments make. Fails with all that is wrong with them at once. */
export async function requestOf(args: Arguments, signal: AbortSignal): Promise<RunRequest> {
  const problems: string[] = []
  const oneOf = <T extends string>(name: string, allowed: readonly T[], fallback: T): T => {
    const value = textOf(args, name) ?? fallback
    if (!(allowed as readonly string[]).includes(value)) problems.push(`Expected --${name} to be one of ${allowed.join(', ')}, got "${value}".`)
    return value as T
  }
  const profile = oneOf<ProfileName>('profile', Object.keys(profiles) as ProfileName[], 'gate')
  const stack = oneOf<StackName>('stack', stackNames, 'auto')
  const budgetMs = durationOf(args, 'budget', problems) ?? durationOf(args, 'for', problems)
  const seed = textOf(args, 'seed')
  if (seed !== undefined && !/^\d{1,9}$/.test(seed)) problems.push(`Expected --seed to be a whole number, got "${seed}".`)
  if (textOf(args, 'for') !== undefined && profile !== 'nightly') problems.push(`--for belongs to --profile nightly; for ${profile} use --budget.`)
  const [path, ...more] = args.positionals
  if (path === undefined) problems.push('Expected a scenario file. `lowtide list` shows those of this project.')
  if (more.length > 0) problems.push(`Expected one scenario, got ${more.length + 1}: ${args.positionals.join(', ')}.`)

  const told = (error: unknown) => {
    if (!(error instanceof UsageError)) throw error
    problems.push(...error.problems)
    return null
  }
  const loaded = path === undefined ? null : await loadScenario(path).catch(told)
  const variant = loaded && (await Promise.try(chooseVariant, loaded.scenario, textOf(args, 'variant')).catch(told))
  if (loaded !== null) problems.push(...problemsOfPlace(stack, loaded.scenario), ...(await problemsOfFiles(loaded.scenario.load, loaded.dir, signal)))
  if (loaded === null || problems.length > 0) throw new UsageError(problems)
  const plan = planFor(loaded.scenario, profile, { ...(budgetMs === undefined ? {} : { budgetMs }), ...(seed === undefined ? {} : { seed: Number(seed) }) })
  return { loaded, variant, profile, plan, stack, reports: textOf(args, 'reports') ?? 'reports', command: args.line }
}

/** The same as `requestOf` throws, as words. */
export async function problemsOfRequest(args: Arguments, signal: AbortSignal): Promise<readonly string[]> {
  return requestOf(args, signal).then(() => [], (error: unknown) => {
    if (error instanceof UsageError) return error.problems
    throw error
  })
}

const units = { s: 1_000, m: 60_000, h: 3_600_000 } as const

function durationOf(args: Arguments, name: string, problems: string[]): number | undefined {
  const text = textOf(args, name)
  if (text === undefined) return undefined
  const [, amount, unit] = /^(\d+(?:\.\d+)?)(s|m|h)$/.exec(text) ?? []
  if (amount !== undefined && Number(amount) > 0) return Number(amount) * units[unit as keyof typeof units]
  problems.push(`Expected --${name} to be a time such as 90s, 2m or 8h, got "${text}".`)
  return undefined
}

/** Expected lengths of the phases, before the run knows how fast its target is. */
export function expectedPhases({ budgetMs }: Plan): { phase: string; expectedMs: number }[] {
  const share = (part: number) => budgetMs * part
  return [
    ['boot', 0.02], ['seed', 0.02], ['boot', 0.01],
    ['warm-up', 0.05], ['warm-up', 0.05],
    ['baseline', 0.04], ['baseline', 0.04], ['baseline', 0.04],
    ['cycle', 0.08], ['cycle', 0.08], ['cycle', 0.08], ['cycle', 0.08], ['cycle', 0.08],
    ['settle', 0.04], ['control', 0.06], ['stop', 0.02], ['tear-down', 0.01],
  ].map(([phase, part]) => ({ phase: String(phase), expectedMs: share(Number(part)) }))
}

const messageOf = (error: Error) => (error instanceof AggregateError ? error.errors.map((one: Error) => one.message).join('\n') : error.message)

/** What `--json` prints. */
export const asJson = ({ exitCode, end, findings }: Outcome) => ({ exitCode, dir: end.dir, ...(end.how === 'failed' ? { error: end.error.message } : {}), ...findings })
