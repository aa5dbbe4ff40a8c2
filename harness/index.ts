import { resolve } from 'node:path'
import { judgeRecording, writeConclusion } from './conclude.ts'
import type { Fault } from './fault.ts'
import { problemsOfFiles } from './load/problems-of-files.ts'
import { run } from './run.ts'
import { chooseVariant, loadScenario, type LoadedScenario } from './scenario/load-scenario.ts'
import { UsageError } from './scenario/usage-error.ts'
import { planFor } from './scenario/profiles.ts'
import type { Plan, ProfileName, Scenario } from './scenario/scenario.ts'
import { problemsOf } from './scenario/validate.ts'
import { problemsOfPlace, type StackName } from './stack/boot.ts'
import type { Facts } from './timeline/facts.ts'
import type { Findings } from './verdict/verdict.ts'

export type { Plan, ProfileName, Route, Scenario, Target } from './scenario/scenario.ts'
export type { Exhibit } from './accuracy/exhibit.ts'
export type { Limits } from './timeline/facts.ts'
export type { Findings } from './verdict/verdict.ts'

export type SoakOptions = {
  readonly variant?: string
  readonly profile?: ProfileName
  readonly stack?: StackName
  /** Settings on top of the profile's and the scenario's. */
  readonly plan?: Partial<Plan>
  /** Folder for the records; default reports/ below the working directory. */
  readonly reports?: string
  /** Where the relative paths of a scenario given as data start; default the working directory. */
  readonly from?: string
  /** A fault of the harness itself, injected during the run: to see that the run notices. */
  readonly fault?: Fault
  readonly signal?: AbortSignal
  /** Gets one line of progress at a time. */
  readonly say?: (line: string) => void
}

/** A run with its judgement, and the folder of its record and reports. */
export type SoakRun = { readonly dir: string; readonly facts: Facts; readonly findings: Findings }

/**
 * Runs one soak, as `lowtide run` does, and gives its judgement; a leak is a result, not an error.
 * Rejects when the scenario is wrong (UsageError, all problems at once), the run could not be made, or its reports could not be written, which tells the verdict.
 */
export async function soak(scenario: Scenario | string, options: SoakOptions = {}): Promise<SoakRun> {
  const signal = options.signal ?? new AbortController().signal
  const loaded = typeof scenario === 'string' ? await loadScenario(scenario) : given(scenario, options.from)
  const problems = [...problemsOfPlace(options.stack ?? 'auto', loaded.scenario), ...(await problemsOfFiles(loaded.scenario.load, loaded.dir, signal))]
  if (problems.length > 0) throw new UsageError(problems)
  const profile = options.profile ?? 'gate'
  const say = options.say ?? (() => {})
  const end = await run(
    {
      loaded,
      variant: chooseVariant(loaded.scenario, options.variant),
      profile,
      plan: planFor(loaded.scenario, profile, options.plan ?? {}),
      stack: options.stack ?? 'auto',
      reports: options.reports ?? 'reports',
      ...(options.fault ? { fault: options.fault } : {}),
      command: `soak(${JSON.stringify(loaded.scenario.name)})`,
    },
    { began: () => {}, counters: () => {}, phase: (name, detail) => say([name, detail].filter(Boolean).join(' ')), say, suspect: (line) => say(`suspect: ${line}`) },
    signal,
  )
  if (end.how === 'failed') throw new Error(end.dir ? `${end.error.message} (its logs are in ${end.dir}/logs)` : end.error.message, { cause: end.error })
  if (end.dir === null) throw new Error('The run was interrupted before there was anything to record.', { cause: signal.reason })
  const judged = await judgeRecording(end.dir)
  await writeConclusion(end.dir, judged).catch((cause: Error) => {
    throw new Error(`The verdict is ${judged.findings.verdict}, ${judged.findings.headline}. ${cause.message}; once it can be written: lowtide report ${end.dir}`, { cause })
  })
  return { dir: end.dir, ...judged }
}

function given(scenario: Scenario, from = '.'): LoadedScenario {
  const problems = problemsOf(scenario)
  if (problems.length > 0) throw new UsageError(problems)
  return { scenario, dir: resolve(from), file: resolve(from) }
}
