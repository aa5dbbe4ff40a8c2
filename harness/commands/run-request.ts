import { problemsOfFiles } from '../load/problems-of-files.ts'
import type { RunRequest } from '../run.ts'
import { chooseVariant, loadScenario } from '../scenario/load-scenario.ts'
import { UsageError } from '../scenario/usage-error.ts'
import { planFor, profiles } from '../scenario/profiles.ts'
import type { ProfileName } from '../scenario/scenario.ts'
import { problemsOfPlace, stackNames, type StackName } from '../stack/boot.ts'
import { perhaps } from '../thresholds/meant.ts'
import { textOf, type Arguments } from './command.ts'

/** Options of the commands that make runs. */
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

/** The run that the arguments ask for. Fails with everything that is wrong with them at once. */
export async function requestOf(args: Arguments, signal: AbortSignal): Promise<RunRequest> {
  const problems: string[] = []
  const oneOf = <T extends string>(name: string, allowed: readonly T[], fallback: T): T => {
    const value = textOf(args, name) ?? fallback
    if (!(allowed as readonly string[]).includes(value)) problems.push(`Expected --${name} to be one of ${allowed.join(', ')}, got "${value}".${perhaps(value, allowed)}`)
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

/** What `requestOf` would throw, as sentences. */
export async function problemsOfRequest(args: Arguments, signal: AbortSignal): Promise<readonly string[]> {
  return requestOf(args, signal).then(() => [], (error: unknown) => {
    if (error instanceof UsageError) return error.problems
    throw error
  })
}

const units = { s: 1_000, m: 60_000, h: 3_600_000 } as const

/** Node's timers count to 2^31 ms, 24.8 days; one that is longer is over at once. */
const longestMs = 24 * 24 * units.h

function durationOf(args: Arguments, name: string, problems: string[]): number | undefined {
  const text = textOf(args, name)
  if (text === undefined) return undefined
  const [, amount, unit] = /^(\d+(?:\.\d+)?)(s|m|h)$/.exec(text) ?? []
  const ms = Number(amount) * units[unit as keyof typeof units]
  if (ms > 0 && ms <= longestMs) return ms
  problems.push(ms > longestMs ? `Expected --${name} to be at most ${longestMs / units.h}h, got "${text}".` : `Expected --${name} to be a time such as 90s, 2m or 8h, got "${text}".`)
  return undefined
}
