import { plantControl } from './control/plant.ts'
import { askOtherRoute, openCycles, type Cycles } from './experiment/cycle.ts'
import { baselineCycles, baselineDose, doseWithinBudget } from './experiment/dose.ts'
import { openEvidence } from './forensics/evidence.ts'
import { bundleJourney } from './load/bundle.ts'
import { findK6, type K6 } from './load/k6-binary.ts'
import { openReaders } from './probes/open-readers.ts'
import type { Counters } from './probes/probe.ts'
import { settle } from './probes/quiet.ts'
import { startSampler } from './probes/sampler.ts'
import type { LoadedScenario } from './scenario/load-scenario.ts'
import { shuffledDoses } from './scenario/profiles.ts'
import type { Plan, ProfileName } from './scenario/scenario.ts'
import { bootStack, chooseStack, type StackChoice, type StackName } from './stack/boot.ts'
import { findOwned } from './stack/owned.ts'
import type { App, Stack } from './stack/stack.ts'
import { visit } from './stack/visit.ts'
import { startWatchdog, type Watchdog } from './stack/watchdog.ts'
import { formatVersion, type PhaseName, type Reading } from './timeline/entry.ts'
import type { Facts } from './timeline/facts.ts'
import { openRecorder, storeFacts, type Recorder } from './timeline/recorder.ts'
import { openRunFolder } from './timeline/run-folder.ts'
import { followVerdict } from './verdict/so-far.ts'
import { ownVersions } from './versions.ts'

export type RunRequest = {
  readonly loaded: LoadedScenario
  readonly variant: string | null
  readonly profile: ProfileName
  readonly plan: Plan
  readonly stack: StackName
  /** Folder that gets one folder a run. */
  readonly reports: string
  /** The command line that repeats this run. */
  readonly command: string
  /** A fault to inject before the measured cycles: how a run proves that it would notice. */
  readonly fault?: (stack: Stack) => Promise<void>
}

/** Who watches a run. */
export type Watcher = {
  readonly began: (dir: string) => void
  readonly phase: (name: PhaseName, detail?: string) => void
  readonly counters: (counters: Counters) => void
  readonly say: (line: string) => void
  readonly suspect: (line: string) => void
}

/** Where the record lies, and how the experiment ended. One that failed or was interrupted has a record up to that moment. */
export type RunEnd = { readonly how: 'completed' | 'interrupted'; readonly dir: string } | { readonly how: 'failed'; readonly dir: string | null; readonly error: Error }

/**
 * Runs one soak and writes its record; judges nothing. When it returns, nothing of the application, the database or the load is left,
 * or the record says what.
 */
export async function run(request: RunRequest, watcher: Watcher, signal: AbortSignal): Promise<RunEnd> {
  let dir: string | null = null
  try {
    const { scenario } = request.loaded
    const k6 = await findK6({ signal, say: watcher.say })
    const choice = await chooseStack(request.stack, scenario.target)
    const folder = await openRunFolder(request.reports, scenario.name)
    dir = folder.dir
    watcher.began(dir)
    watcher.say(`${choice.kind} stack: ${choice.why}; k6 ${k6.version} (${k6.how})`)
    using recorder = openRecorder(dir)
    await using watchdog = await startWatchdog(dir)
    const ended = await experiment({ request, watcher, recorder, watchdog, k6, choice, run: folder.run, dir, signal: AbortSignal.any([signal, recorder.failed]) }).then(
      () => ({ how: 'completed' as const, detail: '' }),
      (error: Error) => (signal.aborted ? { how: 'interrupted' as const, detail: '' } : { how: 'failed' as const, detail: error.message, error: recorder.failed.aborted ? (recorder.failed.reason as Error) : error }),
    )
    recorder.record({ kind: 'phase', phase: 'self-check', edge: 'start' })
    const left = await findOwned(watchdog.owned())
    if (left.length > 0) watcher.say(`Lowtide left something behind itself, please report it: ${left.join(', ')}`)
    recorder.record({ kind: 'end', how: ended.how, detail: [ended.detail, ...left.map((what) => `left behind: ${what}`)].filter(Boolean).join('; ') })
    return ended.how === 'failed' ? { how: 'failed', dir, error: ended.error } : { how: ended.how, dir }
  } catch (error) {
    return signal.aborted && dir !== null ? { how: 'interrupted', dir } : { how: 'failed', dir, error: error instanceof Error ? error : new Error(String(error)) }
  }
}

type Experiment = {
  readonly request: RunRequest
  readonly watcher: Watcher
  readonly recorder: Recorder
  readonly watchdog: Watchdog
  readonly k6: K6
  readonly choice: StackChoice
  readonly run: string
  readonly dir: string
  readonly signal: AbortSignal
}

const nudges = 20
const stopWithinMs = 5_000

/** The experiment, top to bottom. */
async function experiment({ request, watcher, recorder, watchdog, k6, choice, run, dir, signal }: Experiment): Promise<void> {
  const { loaded: { scenario, dir: scenarioDir }, variant, profile, plan } = request
  const { target } = scenario
  const { record } = recorder
  const otherPath = target.otherPath ?? target.readyPath
  const phase = async <T>(name: PhaseName, detail: string, work: () => Promise<T>): Promise<T> => {
    watcher.phase(name, detail)
    record({ kind: 'phase', phase: name, edge: 'start' })
    const result = await work()
    record({ kind: 'phase', phase: name, edge: 'end' })
    return result
  }

  const facts: Facts = {
    formatVersion,
    run,
    scenario: scenario.name,
    variant,
    profile,
    stack: choice,
    command: request.command,
    startedAt: recorder.startedAt.toISOString(),
    seed: plan.seed,
    doses: [],
    concurrency: plan.concurrency,
    sampleEveryMs: plan.sampleEveryMs,
    limits: target.limits ?? {},
    suppressions: scenario.suppressions ?? [],
    probes: [],
    versions: { ...(await ownVersions()), k6: `${k6.version} (${k6.how})` },
  }
  storeFacts(recorder, facts)
  const soFar = await followVerdict(facts, recorder.follow)
  const bundle = await bundleJourney({ load: scenario.load, scenarioDir, dir })

  await using stack: Stack = await phase('boot', `${choice.kind} stack`, () => bootStack(choice.kind, { target, variant, scenarioDir, run, dir, own: watchdog.own, say: watcher.say, signal }))
  // The monitors come before the application, which could take every slot.
  await using eyes = await openReaders(stack, { signal, say: record })
  const known: Facts = { ...facts, probes: eyes.probes.map(({ name }) => name), versions: { ...facts.versions, ...stack.versions } }
  storeFacts(recorder, known)
  if (target.seed) await phase('seed', target.name, () => stack.seed(signal))
  const app: App = await phase('boot', target.name, () => stack.startApp(signal))

  let cycles: Cycles | null = null
  await using sampler = startSampler({
    readers: eyes.readers,
    everyMs: plan.sampleEveryMs,
    record,
    onBeat: watcher.counters,
    others: () => ({ 'load.in-flight': cycles?.inFlight() ?? 0, 'load.started': cycles?.started() ?? 0 }),
    signal,
  })
  const evidence = openEvidence({ agent: stack.agent, app, store: recorder.store, record, signal })
  const look = (reading: Reading, matureMs: number) => settle({ sampler, reading, record, inFlight: () => 0, deadlineMs: plan.settleMs, matureMs, signal })
  cycles = openCycles({ k6, bundle, run, dir, app, otherPath, plan, sampler, record, evidence, suspect: watcher.suspect, matureMs: soFar.maturityMs, signal })
  const { cycle } = cycles
  const enough = () => plan.stopsAt !== 'exhaustion' && soFar.leakIsConfirmed()

  // Pools reach their plateau, and code its compiled form, before anything is called normal.
  let counted = 0
  let tookMs = 0
  for (let round = 1; round <= 2 && !enough(); round += 1) {
    watcher.phase('warm-up', `${round} of 2, ${plan.concurrency} at once`)
    const warmed = await cycle('warm-up', plan.concurrency * 2)
    counted += warmed.dose.counted
    tookMs += warmed.tookMs
  }

  const unit = doseWithinBudget(plan, recorder.nowMs(), (1_000 * counted) / Math.max(1, tookMs))
  const doses = shuffledDoses(unit, plan.seed)
  storeFacts(recorder, { ...known, doses })
  for (let round = 1; round <= baselineCycles && !enough(); round += 1) {
    watcher.phase('baseline', `${round} of ${baselineCycles}`)
    await cycle('baseline', baselineDose(unit, plan.concurrency))
  }

  await request.fault?.(stack)

  const started = performance.now()
  let delivered = 0
  const goesOn = () => profile === 'nightly' && performance.now() - started < plan.budgetMs
  do {
    for (const dose of doses) {
      // A leak that warm-up has shown needs one measured cycle to be told with its dose, and no more.
      if (enough() && delivered > 0) break
      watcher.phase('cycle', `${dose} requests, ${plan.concurrency} at once`)
      await cycle('measured', dose)
      delivered += dose
    }
  } while (goesOn() && !enough())

  await phase('settle', 'after a nudge', async () => {
    await askOtherRoute({ app, otherPath, record, signal })
    // Some healthy pools close what is idle only on the next request.
    for (let sent = 0; sent < nudges; sent += 1) await visit(app.baseUrl + otherPath, AbortSignal.any([signal, AbortSignal.timeout(10_000)])).catch(() => null)
    signal.throwIfAborted()
    await look('nudged', 1_000)
  })
  await phase('control', 'planting known leaks', async () => {
    await look('control-before', 0)
    await control(stack, { dir, record, signal }, () => look('control-planted', soFar.maturityMs()))
    await look('control-removed', 1_000)
  })
  await phase('stop', 'SIGTERM', async () => {
    await app.stop(stopWithinMs)
    await look('stopped', 1_000)
  })
  watcher.phase('tear-down')
  record({ kind: 'phase', phase: 'tear-down', edge: 'start' })
}

/** A control that cannot be planted proves nothing, and the judge must know; it does not end the run, whose leak may be the reason. */
async function control(stack: Stack, options: { dir: string; record: Recorder['record']; signal: AbortSignal }, lookAtIt: () => Promise<unknown>): Promise<void> {
  try {
    await using _planted = await plantControl({ stack, ...options })
    await lookAtIt()
  } catch (error) {
    options.signal.throwIfAborted()
    options.record({ kind: 'blind', probe: 'control', reason: error instanceof Error ? error.message : String(error) })
  }
}
