import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { experiment } from './experiment/experiment.ts'
import type { Fault } from './fault.ts'
import { describeK6, k6For } from './load/k6/binary.ts'
import type { Take } from './load/samples.ts'
import type { Counters } from './probes/probe.ts'
import type { LoadedScenario } from './scenario/load-scenario.ts'
import type { Plan, ProfileName } from './scenario/scenario.ts'
import { chooseStack, type StackName } from './stack/boot.ts'
import { findOwned } from './stack/owned.ts'
import { startWatchdog } from './stack/watchdog.ts'
import type { PhaseName } from './timeline/entry.ts'
import { openRecorder } from './timeline/recorder.ts'
import { redactLogs } from './timeline/redact-logs.ts'
import { openRunFolder } from './timeline/run-folder.ts'

export type RunRequest = {
  readonly loaded: LoadedScenario
  readonly variant: string | null
  readonly profile: ProfileName
  readonly plan: Plan
  readonly stack: StackName
  /** The folder in which the run gets a folder of its own. */
  readonly reports: string
  /** The command line that repeats this run. */
  readonly command: string
  readonly fault?: Fault
  /** Gets each sample of the load before the ledger does: to measure what the record makes of them. */
  readonly onSample?: Take
}

/** What is told to whoever watches a run while it goes on. */
export type Watcher = {
  readonly began: (dir: string) => void
  readonly phase: (name: PhaseName, detail?: string) => void
  readonly counters: (counters: Counters) => void
  readonly say: (line: string) => void
  readonly suspect: (line: string) => void
}

/** How the experiment ended, and the folder of its record. One that failed or was interrupted has a record up to that moment, or none: then `dir` is null. */
export type RunEnd = { readonly how: 'completed'; readonly dir: string } | { readonly how: 'interrupted'; readonly dir: string | null } | { readonly how: 'failed'; readonly dir: string | null; readonly error: Error }

/**
 * Runs one soak test and writes its record; judges nothing. When it returns, nothing of the application, the database or the load is left
 * on the machine, or the record says what is.
 */
export async function run(request: RunRequest, watcher: Watcher, signal: AbortSignal): Promise<RunEnd> {
  let dir: string | null = null
  try {
    const { scenario } = request.loaded
    const k6 = await k6For(scenario.load, { signal, say: watcher.say, long: request.profile === 'nightly' })
    const choice = await chooseStack(request.stack, scenario)
    const folder = await openRunFolder(request.reports, scenario.name)
    dir = folder.dir
    watcher.began(dir)
    watcher.say(`${choice.kind} stack: ${choice.why}; k6 ${describeK6(k6)}`)
    using recorder = openRecorder(dir)
    await using watchdog = await startWatchdog(dir, folder.run)

    const stop = AbortSignal.any([signal, recorder.failed])
    const outcome = await experiment({ request, watcher, recorder, watchdog, k6, choice, run: folder.run, signal: stop }).catch(asError)
    const end = endOf(dir, outcome instanceof Error ? outcome : null, signal, recorder.failed)

    recorder.record({ kind: 'phase', phase: 'self-check', edge: 'start' })
    const left = (await findOwned(watchdog.owned())).map((what) => `left behind: ${what}`)
    if (left.length > 0) watcher.say(`Lowtide itself left something, please report it: ${left.join(', ')}`)
    const dropped = await redactLogs(join(dir, 'logs'))
    for (const log of dropped) watcher.say(log)
    recorder.record({ kind: 'end', how: end.how, detail: [...(end.how === 'failed' ? [end.error.message] : []), ...left, ...dropped].join('; '), ...(typeof outcome === 'string' ? { early: outcome } : {}) })
    return end
  } catch (error) {
    return signal.aborted ? { how: 'interrupted', dir: recorded(dir) } : { how: 'failed', dir, error: asError(error) }
  }
}

/** A folder without run.json is no record: it holds nothing to judge. */
const recorded = (dir: string | null): string | null => (dir !== null && existsSync(join(dir, 'run.json')) ? dir : null)

function endOf(dir: string, error: Error | null, interrupted: AbortSignal, unwritable: AbortSignal): RunEnd {
  if (error === null) return { how: 'completed', dir }
  if (interrupted.aborted) return { how: 'interrupted', dir }
  // Once the record cannot be written, the experiment fails in many ways; the cause is the one to report.
  return { how: 'failed', dir, error: unwritable.aborted ? asError(unwritable.reason) : error }
}

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)))
