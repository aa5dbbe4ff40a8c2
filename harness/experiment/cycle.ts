import { setTimeout as delay } from 'node:timers/promises'
import type { Bundle } from '../load/bundle.ts'
import type { K6 } from '../load/k6/binary.ts'
import { keptOf } from '../load/flight.ts'
import { startLoad, type RunningLoad } from '../load/start-load.ts'
import type { LoadPlan } from '../load/journey/plan.ts'
import type { Take } from '../load/samples.ts'
import { isLeftover, type Settled } from '../probes/quiet.ts'
import type { Sampler } from '../probes/sampler.ts'
import { watchSuspects } from '../probes/suspects.ts'
import type { Plan } from '../scenario/scenario.ts'
import type { Namespace } from '../stack/namespace.ts'
import type { App } from '../stack/stack.ts'
import { visit } from '../stack/visit.ts'
import type { Dose, Happening, Reading } from '../timeline/entry.ts'
import type { Member } from '../timeline/member.ts'
import { watchCarriers } from './carriers.ts'

export type CycleTools = {
  readonly k6: K6
  readonly bundle: Bundle
  /** Gets each sample as soon as it is read. */
  readonly onSample?: Take
  readonly run: string
  readonly dir: string
  readonly namespace: Namespace | null
  readonly app: App
  readonly otherPath: string
  readonly plan: Plan
  readonly sampler: Sampler
  readonly record: (happening: Happening) => void
  /** Stores what can be seen of these members, before anything may heal them. */
  readonly evidence: (members: readonly Member[]) => Promise<void>
  readonly suspect: (line: string) => void
  /** Waits for quiet once a cycle's load has ended, and records the looks of it. */
  readonly settle: (reading: Reading, cycle: number) => Promise<Settled>
  /** Aborted, it ends the running load; what follows, such as the settle, goes on. */
  readonly loadEnds: AbortSignal
  readonly signal: AbortSignal
}

export type Cycles = {
  /** Sends `dose` requests, `concurrency` at once (default: the plan's), in the mix of routes of their place in the `stretch`. Waits until `lastsMs` are over, then for quiet, and stores the evidence of what stayed. */
  readonly cycle: (role: Dose['role'], dose: number, how?: { readonly concurrency?: number; readonly lastsMs?: number; readonly stretch?: LoadPlan['stretch'] }) => Promise<{ readonly dose: Dose; readonly tookMs: number; readonly settled: Settled }>
  readonly inFlight: () => number
  readonly started: () => number
  /** How far the harness was behind its generators at most, in the running load, or in the last one. */
  readonly lagMs: () => number
  /** Memory of the running load's generators; 0 between loads. */
  readonly residentBytes: () => number
}

const suspectEveryMs = 1_000

/** Runs the cycles of one run, numbered from 0, warm-up and baseline included. */
export function openCycles(tools: CycleTools): Cycles {
  const { plan, sampler, record, signal } = tools
  const suspicions = watchSuspects()
  const carriers = watchCarriers()
  const knownUrls = new Set<string>()
  const knownRoutes = new Set<string>()
  let cycles = 0
  let requests = 0
  let lagBeforeMs = 0
  let load: Pick<RunningLoad, 'started' | 'inFlight' | 'lagMs' | 'residentBytes'> | null = null
  let inFlightBetween: RunningLoad['inFlightBetween'] = () => []

  const watch = async (until: AbortSignal) => {
    while (!until.aborted) {
      await delay(suspectEveryMs, undefined, { signal: until }).catch(() => {})
      if (until.aborted) return
      const { members } = await sampler.look()
      carriers.see(members, inFlightBetween)
      const found = suspicions(members, performance.now())
      for (const { members: pair, ...suspect } of found) {
        record(suspect)
        tools.suspect(describe(suspect.url, pair))
      }
      // Gathering evidence takes a second: nobody waits for it to hear of a suspect.
      await tools.evidence(found.flatMap(({ members: pair }) => pair))
    }
  }

  const loaded = async (role: Dose['role'], cycle: number, dose: number, concurrency: number, stretch: LoadPlan['stretch']): Promise<Dose> => {
    const ended = new AbortController()
    const watching = watch(AbortSignal.any([signal, ended.signal]))
    // It is awaited only after the load. Without a handler until then, a failure would end the whole process.
    watching.catch(() => {})
    try {
      await using running = await startLoad({
        k6: tools.k6,
        bundle: tools.bundle,
        run: tools.run,
        dir: tools.dir,
        namespace: tools.namespace,
        baseUrl: tools.app.baseUrl,
        plan: { dose, concurrency, seed: plan.seed, cycle, firstRequest: requests, ...(stretch && { stretch }), thinkScale: plan.thinkScale, role },
        signal,
        onHappening: record,
        ...(tools.onSample && { onSample: tools.onSample }),
        knownUrls,
        knownRoutes,
      })
      const cut = () => void running[Symbol.asyncDispose]()
      tools.loadEnds.addEventListener('abort', cut, { once: true, signal: ended.signal })
      if (tools.loadEnds.aborted) cut()
      const before = requests
      inFlightBetween = running.inFlightBetween
      load = { started: () => before + running.started(), inFlight: running.inFlight, lagMs: running.lagMs, residentBytes: running.residentBytes }
      await running.begin()
      const delivered = await running.drained
      lagBeforeMs = running.lagMs()
      requests += dose
      return delivered
    } finally {
      load = null
      ended.abort()
      await watching
    }
  }

  return {
    inFlight: () => load?.inFlight() ?? 0,
    started: () => load?.started() ?? requests,
    lagMs: () => load?.lagMs() ?? lagBeforeMs,
    residentBytes: () => load?.residentBytes() ?? 0,
    cycle: async (role, planned, { concurrency = plan.concurrency, lastsMs = 0, stretch } = {}) => {
      const cycle = cycles++
      const phase = role === 'measured' ? 'cycle' : role
      const beganMs = performance.now()
      record({ kind: 'phase', phase, edge: 'start', cycle })
      const dose = await loaded(role, cycle, planned, concurrency, stretch)
      signal.throwIfAborted()
      record(dose)
      const tookMs = performance.now() - beganMs
      if (tookMs < lastsMs) await delay(lastsMs - tookMs, undefined, { signal })
      record({ kind: 'phase', phase, edge: 'end', cycle })
      record({ kind: 'phase', phase: 'settle', edge: 'start', cycle })
      const settled = await tools.settle(role === 'baseline' ? 'baseline' : 'untouched', cycle)
      for (const { flight, born } of carriers.atRest(settled.last.members, cycle, inFlightBetween)) record({ kind: 'request', cycle, why: 'at-birth', born, ...keptOf(flight) })
      if (settled.kind !== 'clean') {
        await tools.evidence(withPeers(settled.last.members))
        await askOtherRoute(tools)
      }
      record({ kind: 'phase', phase: 'settle', edge: 'end', cycle })
      return { dose, tookMs, settled }
    },
  }
}

const answerWithinMs = 10_000

/** Whether the application still answers on another route: either one route hangs, or all of it. */
export async function askOtherRoute({ app, otherPath, record, signal }: Pick<CycleTools, 'app' | 'otherPath' | 'record' | 'signal'>): Promise<void> {
  const url = app.baseUrl + otherPath
  const beganMs = performance.now()
  const answer = await visit(url, AbortSignal.any([signal, AbortSignal.timeout(answerWithinMs)])).catch((error: Error) => error)
  signal.throwIfAborted()
  const tookMs = Math.round(performance.now() - beganMs)
  if (answer instanceof Error) record({ kind: 'canary', url, outcome: 'unanswered', detail: answer.message, tookMs })
  else record({ kind: 'canary', url, outcome: answer.status < 400 ? 'answered' : 'unanswered', detail: `status ${answer.status}`, tookMs })
}

/** What is left, each with what is at the other end of its connection. */
function withPeers(members: readonly Member[]): readonly Member[] {
  const left = new Set(members.filter(isLeftover))
  const ports = new Set([...left].flatMap((member) => (member.kind === 'process' ? member.databasePorts : member.kind === 'session' ? (member.clientPort ?? []) : [])))
  return members.filter((member) => left.has(member) || (member.kind === 'session' && member.clientPort !== null && ports.has(member.clientPort)) || (member.kind === 'process' && member.databasePorts.some((port) => ports.has(port))))
}

/** The request comes first: on a narrow terminal the end of the line is cut. */
const describe = (url: string | null, pair: readonly Member[]): string =>
  [url ?? '', ...pair.map((member) => (member.kind === 'session' ? `backend ${member.pid} ${member.state}` : member.kind === 'process' ? `process ${member.pid} ${member.state} ${member.waitChannel}` : ''))].filter(Boolean).join(', ')
