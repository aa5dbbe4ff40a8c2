import { readFileSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { LogError } from '../replay/read-log.ts'
import { defaultReadyTimeoutMs } from '../scenario/cluster.ts'
import type { Namespace } from '../stack/namespace.ts'
import type { Dose, KeptRequest, LoadSecond, Requests, RudeClients, Unanswered } from '../timeline/entry.ts'
import { faultsOf, faultWord } from '../timeline/faults.ts'
import type { Bundle } from './bundle.ts'
import { datedSoundly, steadyClock } from './clock.ts'
import { fleetOf } from './fleet.ts'
import type { Flight } from './flight.ts'
import type { Generator } from './generator.ts'
import type { K6 } from './k6/binary.ts'
import { launchK6, type K6Launch } from './k6/process.ts'
import { openLedger, type Ledger } from './ledger.ts'
import type { LoadPlan } from './journey/plan.ts'
import { visitThatLoops } from './rehearsal.ts'
import { beside } from './rude/beside.ts'
import { partsOf } from './rude/parts.ts'
import { launchRude } from './rude/process.ts'
import type { Take } from './samples.ts'
import { watchStandstill, type Standstill } from './standstill.ts'

/** One cycle's load. Disposed of before it has drained, its k6 is killed. */
export type RunningLoad = AsyncDisposable & {
  /** Lets the requests go: k6 has all its users ready by now, but in a cluster. If it has not, `drained` says why. */
  readonly begin: () => Promise<void>
  readonly started: () => number
  readonly finished: () => number
  readonly inFlight: () => number
  /** Which requests were in flight at some moment between the two, epoch milliseconds: of those that have ended only the last are known. Also once it has drained. */
  readonly inFlightBetween: (fromMs: number, toMs: number) => readonly Flight[]
  /** How far reading the samples has been behind, at most so far. */
  readonly lagMs: () => number
  /** Resident memory of the generators that run here; 0 where `/proc` does not tell. */
  readonly residentBytes: () => number
  /** Settles when k6 has ended and its samples are read to the last; never rejects. What went wrong is in its `generator`. */
  readonly drained: Promise<Dose>
}

export type LoadOptions = {
  readonly k6: K6
  readonly bundle: Bundle
  /** The run's id: k6 carries it as LOWTIDE_OWNER in its environment, a container of k6 as its label `lowtide.run`. */
  readonly run: string
  /** The run's folder; k6 logs to `logs/k6.log` in it. */
  readonly dir: string
  /** The application as seen from the load generator. */
  readonly baseUrl: string
  readonly plan: Omit<LoadPlan, 'baseUrl' | 'requestTimeoutMs'> & { readonly role: Dose['role'] }
  /** Where the rude clients run, if they need one. */
  readonly namespace?: Namespace | null
  /** Ends the load at once. */
  readonly signal: AbortSignal
  readonly onHappening: (happening: LoadSecond | Unanswered | Requests | KeptRequest | RudeClients) => void
  /** Gets each sample as its generator tells it, before the ledger does. */
  readonly onSample?: Take
  readonly readyTimeoutMs?: number
  /** How long a journey may be at work without a request; default 20 s. In a cluster its first may take as long as its generators may take to come. */
  readonly standstillMs?: number
  /** URLs that earlier cycles have had answered, to which this one adds its own. */
  readonly knownUrls?: Set<string>
  /** Names of routes that earlier cycles have had, to which this one adds its own. */
  readonly knownRoutes?: Set<string>
}

/** What k6 is given for each visit, before it is ready: where arrivals or walks need it, its own runtime counts them all, at 3 µs each on a machine at rest. */
const countingMs = 0.02

/** Starts k6 on a bundled journey, paused before its first request. A dose of 0 starts nothing, and counts as delivered. */
export const startLoad = async (options: LoadOptions): Promise<RunningLoad> => {
  const { role } = options.plan
  const { tape } = options.bundle
  const plan = planOf(options.plan, options.bundle, options.baseUrl)
  const nowMs = steadyClock()
  const ledger = openLedger({ nowMs, plan, emit: options.onHappening, ...(options.knownUrls && { known: options.knownUrls }), ...(options.knownRoutes && { routes: options.knownRoutes }) })
  if (plan.dose === 0) return delivered({ kind: 'dose', role, ...ledger.close(), generator: { kind: 'completed' } })

  options.signal.throwIfAborted()
  const script = tape === undefined ? options.bundle.script : await tape.cut(plan, role, options.signal).catch(ofTheLog)
  // What has been recorded up to here is judged all the same.
  if (script instanceof LogError) return delivered({ kind: 'dose', role, ...ledger.close(), generator: { kind: 'broken', exitCode: null, tail: script.message } })
  const bundle = { ...options.bundle, script }
  const parts = partsOf(plan, bundle.rude?.rude)
  const k6 = await launchParts({ ...options, bundle, readyTimeoutMs: options.readyTimeoutMs ?? 30_000 + Math.ceil(countingMs * plan.dose) }, parts)
  const standstillMs = options.standstillMs ?? 20_000
  const { cluster } = bundle.model
  // There k6 has its users ready, and k6-operator lets them go, only once all generators have come.
  const beginsWithinMs = cluster === undefined ? standstillMs : Math.max(standstillMs, cluster.readyTimeoutMs ?? defaultReadyTimeoutMs)
  const load = watch(options.onSample === undefined ? k6 : observed(k6, options.onSample), ledger, { signal: options.signal, nowMs, standstillMs, beginsWithinMs })
  const drained = load.ended.then(async ({ exitCode, trouble, tail, stood }): Promise<Dose> => {
    const neverEnded = ledger.started() - ledger.finished()
    const last = ledger.lastEnded()
    const sums = ledger.close()
    const loops = stood && (await visitThatLoops({ ...options, bundle, plan: parts.polite }))
    const reason = stood ? describeStandstill(stood, sums, loops, last) : (trouble ?? (exitCode === 0 ? doubt(sums, parts, neverEnded) : null))
    const generator = reason === null ? ({ kind: 'completed' } as const) : ({ kind: 'broken', exitCode, tail: `${reason}\n${tail}`.trim() } as const)
    const misdated = load.misdated()
    return { kind: 'dose', role, ...sums, ...(misdated > 0 && { misdated }), generator }
  })

  return {
    begin: async () => {
      await k6.begin(AbortSignal.any([options.signal, load.gone, AbortSignal.timeout(5_000)])).catch(async error => {
        options.signal.throwIfAborted()
        // Of one that was killed in this moment its connection knows before its end does, which says why.
        if (!(await load.goneWithin(1_000))) load.stop(`k6 could not be started: ${whyOf(error)}`)
      })
    },
    started: ledger.started,
    finished: ledger.finished,
    inFlight: () => ledger.started() - ledger.finished(),
    inFlightBetween: ledger.inFlightBetween,
    lagMs: ledger.lagMs,
    residentBytes: () => k6.pids.reduce((sum, pid) => sum + residentBytesOf(pid), 0),
    drained,
    [Symbol.asyncDispose]: async () => {
      load.stop('the load was ended before its time')
      await drained
    },
  }
}

/** All that k6 is told of a cycle. */
export const planOf = ({ role, ...doses }: LoadOptions['plan'], { tape, requestTimeoutMs, model: { arrivals, rampMs, requestId } }: Bundle, baseUrl: string): LoadPlan => ({
  ...doses,
  // Warm-up is to fill the pools: its requests come as fast as they are answered.
  ...(arrivals && role !== 'warm-up' && { arrivals }),
  // A baseline, too, comes all at once: its loads are small, and tell how fast the application is.
  ...(rampMs && role === 'measured' && { rampMs }),
  ...(tape && role !== 'warm-up' && { replay: true as const }),
  ...(requestId && { requestId }),
  baseUrl: baseUrl.replace(/\/$/, ''),
  requestTimeoutMs,
})

/** k6 and, where the load asks for them, the rude clients beside it. */
const launchParts = async (launch: Omit<K6Launch, 'segment' | 'plan'> & Pick<LoadOptions, 'namespace' | 'onHappening'>, { polite, rude }: ReturnType<typeof partsOf>): Promise<Generator> => {
  const { bundle, namespace = null, onHappening } = launch
  if (rude === null || bundle.rude === undefined) return launchAll({ ...launch, plan: polite })
  const rudes = await launchRude({ ...launch, bundle: bundle.rude, plan: rude, namespace, onManners: manners => onHappening({ kind: 'rude', cycle: rude.cycle, manners }) })
  try {
    return beside(polite.dose === 0 ? null : await launchAll({ ...launch, plan: polite }), rudes, polite.dose)
  } catch (error) {
    rudes.kill()
    await rudes.ended
    throw error
  }
}

/** As many k6 as the load asks for, and no more than it has users. Where one cannot be launched at all, those that were are ended. */
const launchAll = async (launch: Omit<K6Launch, 'segment'>): Promise<Generator> => {
  const { generators = 1, cluster } = launch.bundle.model
  const of = Math.min(generators, launch.plan.concurrency, launch.plan.dose)
  if (cluster !== undefined) {
    // Loaded where it is needed: other runs start the sooner.
    const { launchInCluster } = await import('./cluster/launch.ts')
    return launchInCluster({ ...launch, cluster, generators: of, script: launch.bundle.script })
  }
  const launched = await Promise.allSettled(Array.from({ length: of }, (_, nth) => launchK6({ ...launch, segment: { nth, of } })))
  const failed = launched.find(one => one.status === 'rejected')
  const members = launched.flatMap((one, nth) => (one.status === 'fulfilled' ? [{ name: `k6 ${nth + 1} of ${of}`, generator: one.value }] : []))
  if (failed === undefined) return fleetOf(members)
  for (const { generator } of members) generator.kill()
  await Promise.all(members.map(({ generator }) => generator.ended))
  throw failed.reason
}

/** The same, with who else gets its samples. */
const observed = (generator: Generator, onSample: Take): Generator => ({
  ...generator,
  samples: take =>
    generator.samples(sample => {
      onSample(sample)
      take(sample)
    }),
})

/** Feeds the ledger until the generator is gone. `trouble` is the first thing that went wrong. */
const watch = (generator: Generator, ledger: Ledger, { signal, nowMs, standstillMs, beginsWithinMs }: { readonly signal: AbortSignal; readonly nowMs: () => number; readonly standstillMs: number; readonly beginsWithinMs: number }) => {
  let trouble = generator.notReady
  let stood: Standstill | null = null
  const stop = (because: string) => {
    trouble ??= because
    generator.kill()
  }
  const { take, misdated } = datedSoundly(ledger.take, nowMs)
  generator.samples(take).catch((error: unknown) => stop(error instanceof Error ? error.message : String(error)))
  const standing = watchStandstill(standstillMs, generator.cpuMs, beginsWithinMs)
  const clock = setInterval(() => {
    ledger.tick(nowMs())
    const found = trouble === null ? standing(nowMs(), { started: ledger.started(), finished: ledger.finished(), inFlight: ledger.started() - ledger.finished() }) : null
    if (found === null) return
    stood = found
    stop('the journey stood still')
  }, 250)
  const onAbort = () => stop('the load was stopped by the harness')
  signal.addEventListener('abort', onAbort)
  const gone = new AbortController()
  const ended = generator.ended.then(end => {
    clearInterval(clock)
    signal.removeEventListener('abort', onAbort)
    gone.abort()
    return { ...end, trouble: trouble ?? end.trouble, stood }
  })
  const goneWithin = (ms: number): Promise<boolean> => setTimeout(ms, false, { signal: gone.signal }).catch(() => true)
  return { stop, ended, misdated, gone: gone.signal, goneWithin }
}

/** What `fetch` was told of a connection is in its cause alone. */
const whyOf = (error: unknown): string => (!(error instanceof Error) ? String(error) : error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message)

type Sums = ReturnType<Ledger['close']>

const describeStandstill = ({ ms, cpuMs }: Standstill, { planned, dropped }: Sums, loops: string | null, last: ReturnType<Ledger['lastEnded']>): string => {
  const where = loops !== null ? `${loops} does not come back` : last === null ? 'no request was sent' : `it does not come back from the answer to request ${last.request} ("${last.route}")`
  return `the journey loops for ever: ${where}; ${planned - dropped} of ${planned} requests were sent, none in the last ${Math.round(ms / 1000)} s, in which k6 used ${(cpuMs / 1000).toFixed(1)} s of CPU`
}

/** k6 ends with 0 also when nothing it sent was answered, or when its script sent nothing through our journey. */
const doubt = (sums: Sums, { polite, rude }: ReturnType<typeof partsOf>, neverEnded: number): string | null => {
  if (polite.dose > 0 && sums.dropped >= polite.dose) return 'k6 ended well, but sent no request: does the script export a default made by `journey` of lowtide/journey, and its `options`?'
  if (sums.broken === sums.planned) return describeBroken(sums)
  if (neverEnded > 0) return `${neverEnded} requests were cut off by k6 before their time-out`
  // In an open model a request is left out where no user was free in time, and rude clients leave out what they could not do.
  if (sums.dropped > 0 && !polite.arrivals && rude === null) return `k6 ended at its load's limit of time: ${sums.dropped} of ${sums.planned} requests were never sent`
  return null
}

/** The one fault of all of them says what to look for; several say no more than that nothing went well. */
const describeBroken = (sums: Sums): string => {
  const [first, ...others] = faultsOf(sums)
  if (first === undefined || others.length > 0) return `all ${sums.planned} requests broke, ${faultsOf(sums).map(({ word, times }) => `${times} ${word}`).join(', ')}: is the application there?`
  return `all ${sums.planned} requests were ${first.word}: ${first.word === faultWord(1000) ? 'does the application speak HTTP there, without TLS?' : 'is the application there?'}`
}

/** Asked for five times a second: a file of the kernel's, which makes nobody wait. */
const residentBytesOf = (pid: number): number => {
  try {
    return 1_024 * Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1] ?? 0)
  } catch {
    return 0
  }
}

const ofTheLog = (error: unknown): LogError => {
  if (error instanceof LogError) return error
  throw error
}

const delivered = (dose: Dose): RunningLoad => ({
  begin: async () => undefined,
  started: () => 0,
  finished: () => 0,
  inFlight: () => 0,
  inFlightBetween: () => [],
  lagMs: () => 0,
  residentBytes: () => 0,
  drained: Promise.resolve(dose),
  [Symbol.asyncDispose]: async () => undefined,
})
