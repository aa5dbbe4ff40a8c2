import { clientExtremes } from './client-extremes.ts'
import type { Beat, Canary, Capacity, Control, Dose, End, Entry, Evidence, KeptRequest, LoadSecond, Look, Phase, PoolCleanup, Requests, ServerLog, Suspect, Unanswered } from './entry.ts'
import type { Facts } from './facts.ts'
import { halfClosedSince } from './half-closed.ts'
import { firstNotes, lineOrder } from './line-order.ts'
import type { Damage } from './reader.ts'
import { addRude } from './rude-sums.ts'
import { samplerWatch } from './sampler-watch.ts'
import { faultOf } from './shape.ts'
import type { CycleSpan, Flights, RouteLoad, Stamped, Timeline } from './timeline.ts'

/**
 * Reads a record once, one entry at a time, from its first to its last, into what the judge needs. Never throws on a bad line: what is missing, double, late or unreadable is reported in
 * `damage`. `timeline` returns what the record says so far, and may be called as often as one likes.
 */
export function beginFold(facts: Facts): { readonly add: (entry: Entry | Damage) => void; readonly timeline: () => Timeline } {
  const order = lineOrder()
  const altered = firstNotes()
  const watch = samplerWatch(facts.probes)
  const spans = cycleSpans(facts)
  const ages = transactionAges()
  const halfClosed = halfClosedSince(facts)
  const extremes = clientExtremes()
  const looks = lastLooks()
  const routes = routeLoads()
  const doses: Stamped<Dose>[] = []
  const unanswered: Stamped<Unanswered>[] = []
  const failures: Stamped<KeptRequest>[] = []
  const flights: Flights[] = []
  const rude = addRude()
  const canaries: Stamped<Canary>[] = []
  const capacities: Stamped<Capacity>[] = []
  const serverLog = firstOfEach<Stamped<ServerLog>>((line) => line.sqlstate)
  const poolCleanups = firstOfEach<Stamped<PoolCleanup>>(({ cleanup }) => cleanup)
  const suspects: Stamped<Suspect>[] = []
  const evidence: Stamped<Evidence>[] = []
  const controls: Stamped<Control>[] = []
  let end: Timeline['end'] = 'cut-off'
  let endedEarly: Timeline['endedEarly'] = null

  const sort = (entry: Entry): void => {
    switch (entry.kind) {
      case 'phase':
        watch.phase(entry)
        spans.phase(entry)
        ages.phase(entry)
        halfClosed.phase(entry)
        extremes.phase(entry)
        return
      case 'beat':
        watch.beat(entry)
        ages.beat(entry)
        halfClosed.beat(entry)
        extremes.beat(entry)
        return
      case 'blind':
        return watch.blind(entry)
      case 'look':
        return looks.add(entry)
      case 'load':
        return routes.add(entry)
      case 'unanswered':
        return void unanswered.push(entry)
      case 'request':
        if (entry.why === 'failed' && failures.length < mostFailures) failures.push(entry)
        return
      case 'requests':
        return void flights.push(flightsOf(entry))
      case 'rude':
        return rude.add(entry)
      case 'dose':
        spans.dose(entry)
        doses.push(entry)
        return
      case 'canary':
        return void canaries.push(entry)
      case 'capacity':
        return void capacities.push(entry)
      case 'server-log':
        return serverLog.add(entry)
      case 'pool-cleanup':
        return poolCleanups.add(entry)
      case 'suspect':
        return void suspects.push(entry)
      case 'evidence':
        return void evidence.push(entry)
      case 'control':
        return void controls.push(entry)
      case 'end':
        end = howItEnded(entry)
        endedEarly = entry.early ?? null
        return
      default:
        entry satisfies never
        order.note(`line ${(entry as Entry).n} is of an unknown kind: ${JSON.stringify((entry as Entry).kind)}`)
    }
  }

  return {
    add: (entry) => {
      if ('damage' in entry) return entry.altered ? altered.note(entry.damage) : order.unreadable(entry)
      if (!order.accepts(entry)) return
      // Subtle: the types hold for what the recorder wrote, not for what a disk or an editor made of it.
      const fault = faultOf(entry, looks.all.at(-1))
      if (fault === null) sort(entry)
      else order.note(`line ${entry.n} cannot be understood: ${fault}`)
    },
    timeline: () => ({
      facts,
      looks: [...looks.all],
      doses: [...doses],
      cycles: spans.until(order.lastAtMs()),
      routes: routes.all(),
      unanswered: [...unanswered],
      failures: [...failures],
      flights: [...flights],
      rude: rude.sums(),
      canaries: [...canaries],
      capacities: [...capacities],
      serverLog: [...serverLog.all],
      poolCleanups: [...poolCleanups.all],
      suspects: [...suspects],
      evidence: [...evidence],
      controls: [...controls],
      sight: watch.until(order.lastAtMs()),
      endedTransactions: ages.ended(),
      clientExtremes: extremes.all(),
      halfClosedSince: halfClosed.now(),
      end,
      endedEarly,
      altered: altered.all(),
      damage: order.damage(),
    }),
  }
}

/** They are examples, of which the first will do. */
const mostFailures = 200

const howItEnded = (end: End): Timeline['end'] => {
  switch (end.how) {
    case 'completed':
    case 'interrupted':
    case 'failed':
      return end.how
    default:
      end.how satisfies never
      return 'cut-off'
  }
}

/** A cycle lasts from the start of its load to the end of its settle. */
function cycleSpans(facts: Facts) {
  const epochMs = Date.parse(facts.startedAt)
  const spans = new Map<number, { role: Dose['role']; startMs: number; endMs: number | null }>()
  return {
    phase: ({ phase, edge, cycle, atMs }: Stamped<Phase>): void => {
      if (cycle === undefined) return
      const span = spans.get(cycle)
      if (span === undefined) spans.set(cycle, { role: phase === 'warm-up' || phase === 'baseline' ? phase : 'measured', startMs: atMs, endMs: null })
      else if (edge === 'end') span.endMs = atMs
    },
    dose: ({ cycle, role, atMs }: Stamped<Dose>): void => {
      const span = spans.get(cycle)
      if (span === undefined) spans.set(cycle, { role, startMs: atMs, endMs: null })
      else span.role = role
    },
    until: (atMs: number): readonly CycleSpan[] =>
      [...spans].map(([cycle, { role, startMs, endMs }]) => ({
        cycle,
        role,
        startMs,
        endMs: endMs ?? atMs,
        startedAtEpochMs: epochMs + startMs,
        endedAtEpochMs: epochMs + (endMs ?? atMs),
      })),
  }
}

type Sum = { -readonly [Field in keyof RouteLoad]: RouteLoad[Field] }

/** Sums by cycle and route: a night has some thousand of them, and a hundred thousand seconds. */
function routeLoads() {
  const sums = new Map<number, Map<string, Sum>>()
  return {
    add: ({ cycle, route, started, counted, unexpected, timedOut, broken }: LoadSecond): void => {
      const routes = sums.get(cycle) ?? new Map<string, Sum>()
      const sum = routes.get(route) ?? { cycle, route, started: 0, counted: 0, unexpected: 0, timedOut: 0, broken: 0 }
      sum.started += started
      sum.counted += counted
      sum.unexpected += unexpected
      sum.timedOut += timedOut
      sum.broken += broken
      sums.set(cycle, routes.set(route, sum))
    },
    all: (): readonly RouteLoad[] => [...sums.values()].flatMap((routes) => [...routes.values()].map((sum) => ({ ...sum }))),
  }
}

/** Starts and ends out of their differences: a night has 840,000 of them, at eight bytes each. */
function flightsOf({ cycle, route, fromMs, spans, complete }: Requests): Flights {
  const startsMs = new Float64Array(spans.length / 2)
  const endsMs = new Float64Array(spans.length / 2)
  let startMs = fromMs
  for (let i = 0; i < startsMs.length; i += 1) {
    startMs += spans[2 * i] ?? 0
    startsMs[i] = startMs
    endsMs[i] = startMs + (spans[2 * i + 1] ?? 0)
  }
  return { cycle, route, complete, startsMs, endsMs }
}

/**
 * The monitor watches each transaction to its end and reports the running total: its last word before the control counts. The transactions that this plants stay open
 * longer than many an application's, and what is left ends when the application is stopped: by either a leak would pass for a slow transaction.
 */
function transactionAges() {
  let count = 0
  let p999Ms = 0
  let isOver = false
  return {
    phase: ({ phase }: Phase): void => void (isOver ||= phase === 'control' || phase === 'stop'),
    beat: ({ counters }: Beat): void => {
      if (isOver) return
      count = counters['pg.transactions-ended'] ?? count
      p999Ms = counters['pg.transactions-ended-p999-ms'] ?? p999Ms
    },
    ended: (): Timeline['endedTransactions'] => (count === 0 ? null : { count, p999Ms }),
  }
}

/**
 * Verdicts rest on three looks in a row, and on how long something stayed: of each settle's looks the first and the last
 * three are kept, which bounds memory over a night of waiting. The baseline's are all kept: its envelope is learned from every one.
 */
function lastLooks() {
  const all: Stamped<Look>[] = []
  let inARow = 0
  return {
    all,
    add: (look: Stamped<Look>): void => {
      const before = all.at(-1)
      inARow = before?.reading === look.reading && before.cycle === look.cycle ? inARow + 1 : 1
      if (inARow > 4 && look.reading !== 'baseline') all.splice(-3, 1)
      all.push(look)
    },
  }
}

/** So many lines of the server's log are kept of each SQLSTATE, and of a pool's of each kind. A refused connection may be logged ten thousand times in a night; the first hundred tell as much. */
export const keptOfEachError = 100

function firstOfEach<T>(kindOf: (one: T) => string) {
  const seen = new Map<string, number>()
  const all: T[] = []
  return {
    all,
    add: (one: T): void => {
      const count = (seen.get(kindOf(one)) ?? 0) + 1
      seen.set(kindOf(one), count)
      if (count <= keptOfEachError) all.push(one)
    },
  }
}
