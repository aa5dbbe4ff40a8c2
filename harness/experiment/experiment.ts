import { plantControl } from '../control/plant.ts'
import { openEvidence } from '../forensics/evidence.ts'
import { bundleJourney } from '../load/bundle.ts'
import { reachCluster } from '../load/cluster/reach.ts'
import { describeK6, type K6 } from '../load/k6/binary.ts'
import { blindOf } from '../probes/blind.ts'
import { openReaders } from '../probes/open-readers.ts'
import type { Counters } from '../probes/probe.ts'
import { settle, slotsIn, type SettleOptions } from '../probes/quiet.ts'
import { startSampler } from '../probes/sampler.ts'
import type { RunRequest, Watcher } from '../run.ts'
import { kubectlOf } from '../scenario/cluster.ts'
import { needsNamespace, rudeOf } from '../scenario/rude.ts'
import { bootStack, type StackChoice } from '../stack/boot.ts'
import { openNamespace } from '../stack/namespace.ts'
import type { Stack } from '../stack/stack.ts'
import { visit } from '../stack/visit.ts'
import type { Watchdog } from '../stack/watchdog.ts'
import { followThresholds } from '../thresholds/follow.ts'
import { declaredOf } from '../thresholds/thresholds.ts'
import { formatVersion, type Early, type Look, type PhaseName, type Reading } from '../timeline/entry.ts'
import type { Facts } from '../timeline/facts.ts'
import { storeFacts, type Recorder } from '../timeline/recorder.ts'
import { followVerdict } from '../verdict/so-far.ts'
import { count, duration } from '../verdict/words.ts'
import { ownVersions } from '../versions.ts'
import { askOtherRoute, openCycles, type Cycles } from './cycle.ts'
import { heapUsedIn } from './heap-used.ts'
import { lastMatchedOf } from './last-matched.ts'
import { openPlaces } from './places.ts'
import { beyondBudgetMs, loadsUntilMs } from './dose.ts'
import { learnStandingQueries } from './unexpected-queries.ts'
import { runProgramme } from './programme.ts'

export type Experiment = {
  readonly request: RunRequest
  readonly watcher: Watcher
  readonly recorder: Recorder
  readonly watchdog: Watchdog
  readonly k6: K6
  readonly choice: StackChoice
  readonly run: string
  readonly signal: AbortSignal
}

const nudges = 20
const nudgesWithinMs = 10_000
const stopWithinMs = 5_000
const stoppedWithinMs = 3_000

/**
 * One experiment, top to bottom, into its record: boot, seed, the programme of load, a nudge, the control, the stop. When it returns, everything that it booted is gone.
 * Returns why it left out a part of its programme; null where it did not.
 */
export async function experiment({ request, watcher, recorder, watchdog, k6, choice, run, signal }: Experiment): Promise<Early | null> {
  const { loaded: { scenario, dir: scenarioDir }, variant, plan } = request
  const { target } = scenario
  const { record, dir } = recorder
  const phase = async <T>(name: PhaseName, detail: string, work: () => Promise<T>): Promise<T> => {
    watcher.phase(name, detail)
    record({ kind: 'phase', phase: name, edge: 'start' })
    const result = await work()
    record({ kind: 'phase', phase: name, edge: 'end' })
    return result
  }

  let facts: Facts = await factsOf(request, { run, choice, k6, startedAt: recorder.startedAt })
  const learn = (more: Partial<Facts>) => storeFacts(recorder, (facts = { ...facts, ...more }))
  learn({})
  const soFar = await followVerdict(facts, recorder.follow)
  const thresholds = followThresholds(facts, recorder.follow, watcher.say)
  const bundle = await bundleJourney({ load: scenario.load, output: k6.output, scenarioDir, dir, run, signal })
  await using _log = bundle.tape
  if (bundle.tape) watcher.say(`replay: ${count(bundle.tape.survey.replayable, 'request')} of the log, one each ${duration(bundle.tape.meanGapMs)} on average`)

  // Needed on either stack: otherwise the watchdog would only find the client of the engine, not the container of k6.
  if (k6.how === 'image') watchdog.own({ kind: 'label', run })
  if (scenario.load.cluster) {
    await reachCluster(scenario.load.cluster, signal)
    watchdog.own({ kind: 'cluster', run, kubectl: kubectlOf(scenario.load.cluster) })
  }
  const rude = rudeOf(scenario.load)
  // Declared before the stack, so that it goes after the application, which would otherwise lose its clients' network.
  await using namespace = rude && needsNamespace(rude) ? await openNamespace({ run, own: watchdog.own, receiveBufferBytes: rude.slowReader?.receiveBufferBytes, signal }) : null
  await using stack: Stack = await phase('boot', `${choice.kind} stack`, () => bootStack(choice.kind, { target, variant, scenarioDir, run, dir, own: watchdog.own, say: watcher.say, signal }))
  // The monitors connect before the application starts, which could take every connection slot.
  await using eyes = await openReaders(stack, { signal, say: record })
  learn({ probes: eyes.probes.map(({ name }) => name), versions: { ...facts.versions, ...stack.versions } })
  const uncountedMs = beyondBudgetMs(recorder.nowMs())
  const elapsedMs = () => recorder.nowMs() - uncountedMs
  const timeIsOver = AbortSignal.timeout(Math.max(0, Math.ceil(loadsUntilMs(plan) - elapsedMs())))
  // A seed that hangs must not keep an unattended run from its end.
  if (target.seed) await phase('seed', target.name, () => stack.seed(AbortSignal.any([signal, timeIsOver])))
  const app = await phase('boot', target.name, () => stack.startApp(signal))

  let load: Cycles | null = null
  await using sampler = startSampler({
    readers: eyes.readers,
    everyMs: plan.sampleEveryMs,
    record,
    onBeat: watcher.counters,
    others: () => ({ 'load.in-flight': load?.inFlight() ?? 0, 'load.started': load?.started() ?? 0, 'load.lag-ms': load?.lagMs() ?? 0, 'load.generator-rss-bytes': load?.residentBytes() ?? 0, 'harness.rss-bytes': process.memoryUsage.rss() }),
    signal,
  })
  const evidence = openEvidence({ agent: stack.agent, app, store: recorder.store, record, signal })
  const otherPath = target.otherPath ?? target.readyPath
  // What the application declares to heal by itself gets the time that it declares.
  const matureMs = () => Math.max(soFar.maturityMs(), target.limits?.idleTimeoutMs ?? 0)
  await using places = await openPlaces({ scenario, plan, baseUrl: app.baseUrl, database: stack.database, sessions: () => sampler.latest()['pg.backends'] ?? 0, record, signal })
  if (places.how) learn({ capacity: places.how })
  let clientsAtStart = Number.POSITIVE_INFINITY
  let slotsBefore: ReadonlySet<string> = new Set()
  const queries = learnStandingQueries(target.limits?.standingQueries)
  const quiet = (how: Pick<SettleOptions, 'reading' | 'matureMs'> & Partial<SettleOptions>) =>
    settle({ sampler, record, inFlight: () => 0, clientsBefore: clientsAtStart + places.waiting(), slotsBefore, unexpectedQueries: queries.unexpected, deadlineMs: plan.settleMs, signal, ...how })
  const tell = (one: Look, told: Counters) => {
    if (one.reading === 'before-load') queries.sawBeforeLoad(one)
    record({ ...one, counters: { ...one.counters, ...told } })
  }
  const look = (reading: Reading, matureMs: number, told: Counters = {}) => quiet({ reading, matureMs, record: (one) => tell(one, told) })
  load = openCycles({
    k6,
    ...(request.onSample && { onSample: request.onSample }),
    bundle,
    run,
    dir,
    namespace,
    app,
    otherPath,
    plan,
    sampler,
    record,
    evidence,
    suspect: watcher.suspect,
    settle: (reading, cycle) => quiet({ reading, cycle, matureMs: matureMs(), isFutile: soFar.isBlind }),
    loadEnds: AbortSignal.any([thresholds.endedLoad, timeIsOver]),
    signal,
  })

  // What exists before the first request, such as the replication slot of a replica, is no leak.
  const { last: before } = await look('before-load', 0)
  clientsAtStart = before.counters['app.clients'] ?? 0
  slotsBefore = slotsIn(before.members)
  const askingMs = await places.beforeLoad()
  const { cycle } = load
  const early = await runProgramme({
    plan,
    limits: target.limits ?? {},
    cycle: async (...which) => {
      const done = await cycle(...which)
      return { ...done, places: done.dose.planned > 0 ? await places.afterCycle(done.dose) : null }
    },
    soFar,
    thresholds,
    timeIsOver,
    crashed: app.crashed,
    requestTimeoutMs: bundle.requestTimeoutMs,
    pacePerSecond: bundle.model.arrivals?.perSecond ?? (bundle.tape === undefined ? Infinity : 1_000 / bundle.tape.meanGapMs),
    rampMs: bundle.model.rampMs ?? 0,
    askingMs,
    elapsedMs,
    phase: watcher.phase,
    dosed: (doses, concurrency) => learn({ doses, concurrency }),
    beforeMeasuring: async () => request.fault?.inject(stack, { run, signal }),
  })

  if (early === 'probe blind') watcher.say('a probe has gone blind: the run cannot pass any more, and ends here')
  else if (early === 'application ended') watcher.say(`the application has ended by itself (${app.crashed()}), and so the run ends here`)
  else {
    if (early === 'time over') watcher.say(`the run has loaded for ${duration(elapsedMs())}, where its budget is ${duration(plan.budgetMs)} in all: its load ends here`)
    if (early === 'load broken') watcher.say('the load broke again and again: nothing more can be learned, and it ends here')
    await phase('settle', 'after a nudge', async () => {
      await askOtherRoute({ app, otherPath, record, signal })
      // Some healthy pools close idle sessions only on the next request. The nudges share one deadline: where one hangs, the next may hang as well.
      const patience = AbortSignal.any([signal, AbortSignal.timeout(nudgesWithinMs)])
      for (let sent = 0; sent < nudges && !patience.aborted; sent += 1) await visit(app.baseUrl + otherPath, patience).catch(() => null)
      signal.throwIfAborted()
      await look('nudged', 1_000)
    })
    if (places.how) await phase('settle', 'asking for every place of the pool', places.afterLoad)
    const { collectPath } = target
    if (collectPath !== undefined) {
      await phase('settle', 'after a forced collection', async () => {
        const answer = await visit(app.baseUrl + collectPath, AbortSignal.any([signal, AbortSignal.timeout(nudgesWithinMs)])).catch(() => null)
        signal.throwIfAborted()
        await look('collected', 1_000, heapUsedIn(answer?.body ?? ''))
        await places.afterCollection()
      })
    }
    await phase('control', 'planting known leaks', async () => {
      await places.control()
      await look('control-before', 0)
      await control({ stack, recorder, signal }, () => look('control-planted', soFar.maturityMs()))
      await look('control-removed', 1_000)
    })
  }
  await phase('stop', 'SIGTERM', async () => {
    // Nothing is counted any more, and a server that stops in order would wait for requests that still wait for a place.
    await places[Symbol.asyncDispose]()
    await app.stop(stopWithinMs)
    // A short wait: in containers the agent goes with the application, and only the database server can still tell anything.
    await settle({ sampler, reading: 'stopped', record, inFlight: () => 0, deadlineMs: stoppedWithinMs, matureMs: 1_000, signal })
  })
  watcher.phase('tear-down')
  record({ kind: 'phase', phase: 'tear-down', edge: 'start' })
  return early
}

/** A control that cannot be planted proves nothing, and the judge must know. It does not end the run: a leak may be the reason. */
async function control({ stack, recorder, signal }: { stack: Stack; recorder: Recorder; signal: AbortSignal }, lookAtIt: () => Promise<unknown>): Promise<void> {
  try {
    await using _planted = await plantControl({ stack, dir: recorder.dir, record: recorder.record, signal })
    await lookAtIt()
  } catch (error) {
    signal.throwIfAborted()
    recorder.record(blindOf('control', error))
  }
}

/** Everything that is known before anything is booted. */
async function factsOf({ loaded: { scenario }, variant, profile, plan, reports, command }: RunRequest, { run, choice, k6, startedAt }: Pick<Experiment, 'run' | 'choice' | 'k6'> & { startedAt: Date }): Promise<Facts> {
  return {
    formatVersion,
    run,
    scenario: scenario.name,
    variant,
    profile,
    stack: choice,
    command,
    startedAt: startedAt.toISOString(),
    seed: plan.seed,
    doses: [],
    concurrency: plan.concurrency,
    sampleEveryMs: plan.sampleEveryMs,
    limits: scenario.target.limits ?? {},
    ...(scenario.load.kind === 'routes' && { routes: scenario.load.routes.map(({ name, path }) => ({ name, path })) }),
    ...(scenario.thresholds && { thresholds: declaredOf(scenario.thresholds) }),
    suppressions: await lastMatchedOf(scenario.suppressions ?? [], { reports, scenario: scenario.name }),
    probes: [],
    versions: { ...(await ownVersions()), k6: describeK6(k6) },
  }
}
