import { judgeRecording, writeConclusion } from '../conclude.ts'
import { exitCodeOf, exitCodes, unwrittenCodeOf } from '../exit-codes.ts'
import { consoleText, lastLineOf } from '../report/console.ts'
import { paintFor } from '../report/paint.ts'
import { openProgress, type PlannedPhase } from '../report/progress.ts'
import { run, type RunEnd, type RunRequest } from '../run.ts'
import type { Load, Plan } from '../scenario/scenario.ts'
import type { PhaseName } from '../timeline/entry.ts'
import type { Findings } from '../verdict/verdict.ts'
import type { Io } from './command.ts'
import { shown } from './shown.ts'

/** `verdict`: the last line of what was told. */
export type Outcome = { readonly exitCode: number; readonly end: RunEnd; readonly findings: Findings | null; readonly verdict: string | null }

/** One run, with its progress and its result on the terminal. `quiet` (`--json`) keeps stdout for the machine and writes all words to stderr. */
export async function soakOnce(request: RunRequest, io: Io, { quiet }: { readonly quiet: boolean }): Promise<Outcome> {
  const out = quiet ? io.stderr : io.stdout
  return concluded(await watched(request, out, io.signal), io, out)
}

/** Judges a run that has ended, writes its reports and tells of it on `out`. The verdict is told, and decides, even if there is no room for the reports. */
export async function concluded(end: RunEnd, io: Io, out: NodeJS.WriteStream): Promise<Outcome> {
  if (end.how === 'failed') {
    io.stderr.write(`${messageOf(end.error)}\n${end.dir ? `Its logs are in ${shown(end.dir, 'logs')}.\n` : ''}`)
    return { exitCode: exitCodes.couldNotRun, end, findings: null, verdict: null }
  }
  if (end.dir === null) {
    io.stderr.write('Interrupted before there was anything to record.\n')
    return { exitCode: exitCodes.interrupted, end, findings: null, verdict: null }
  }
  const judged = await judgeRecording(end.dir)
  const unwritten = await writeConclusion(end.dir, judged).then(() => null, asError)
  const report = unwritten ? shown(end.dir) : shown(end.dir, 'report.html')
  const words = consoleText(judged, { report, paint: paintFor(out), width: out.columns || 100 })
  out.write(`${words}\n`)
  if (unwritten) io.stderr.write(`${messageOf(unwritten)}\nOnce they can be written, draw them from the record: lowtide report ${shown(end.dir)}\n`)
  const exitCode = exitCodeOf(judged.findings.verdict)
  return { exitCode: unwritten ? unwrittenCodeOf(exitCode) : exitCode, end, findings: judged.findings, verdict: lastLineOf(words) }
}

/** A terminal that tells no size of its own, such as one of `script` in a pipeline, has no room for a living block; one that calls itself dumb, such as a shell within Emacs, cannot go back to redraw it. */
const takesBlock = (stream: NodeJS.WriteStream): boolean => stream.isTTY === true && stream.rows > 0 && process.env['TERM'] !== 'dumb'

async function watched(request: RunRequest, stream: NodeJS.WriteStream, signal: AbortSignal): Promise<RunEnd> {
  await using progress = openProgress({ stream, isTTY: takesBlock(stream), budgetMs: request.plan.budgetMs, plan: request.plan.stopsAt === 'exhaustion' ? 'budget' : expectedPhases(request.plan, request.loaded.scenario.load) })
  return await run(
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

/** Shares of the budget that the phases of a run are expected to take, before it is known how fast the target is. */
const shares: readonly (readonly [phase: PhaseName, share: number])[] = [
  ['boot', 0.02], ['seed', 0.02], ['boot', 0.01],
  ['warm-up', 0.05], ['warm-up', 0.05],
  ['baseline', 0.04], ['baseline', 0.04], ['baseline', 0.04],
  ['cycle', 0.08], ['cycle', 0.08], ['cycle', 0.08], ['cycle', 0.08], ['cycle', 0.08],
  ['settle', 0.04], ['control', 0.06], ['stop', 0.02], ['tear-down', 0.01],
]

/** A measured cycle lasts no shorter than its users take to come. */
export const expectedPhases = ({ budgetMs }: Pick<Plan, 'budgetMs'>, load: Load): readonly PlannedPhase[] => {
  const rampMs = load.kind === 'replay' ? 0 : (load.rampMs ?? 0)
  return shares.map(([phase, share]) => ({ phase, expectedMs: Math.max(share * budgetMs, phase === 'cycle' ? rampMs : 0) }))
}

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)))

const messageOf = (error: Error) => (error instanceof AggregateError ? error.errors.map((one: Error) => one.message).join('\n') : error.message)

/** What `--json` prints. */
export const asJson = ({ exitCode, end, findings }: Outcome) => ({ exitCode, dir: end.dir, ...(end.how === 'failed' ? { error: end.error.message } : {}), ...findings })
