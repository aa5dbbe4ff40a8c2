import type { Entry, KeptRequest, Requests, Unanswered } from '../timeline/entry.ts'
import type { Process, Session } from '../timeline/member.ts'
import { faultOf } from '../timeline/shape.ts'
import { pairsOf } from './pairs.ts'

/** A request of the load with all that the record has of it. */
export type Trace = {
  readonly request: string
  readonly cycle: number
  readonly route: string
  /** Epoch milliseconds, the load generator's clock; null where the record tells only how long it took. */
  readonly startedAtMs: number | null
  readonly tookMs: number
  /** What came of it and where it went: of those that failed, of those left unanswered and of each route's slowest. null for the others. */
  readonly whole: Pick<KeptRequest, 'path' | 'outcome' | 'status' | 'errorCode'> | null
  /** Processes that carried it, as they were seen last. */
  readonly processes: readonly Process[]
  /** Sessions at the other end of these processes' connections, and those whose last statement or name carried its id. */
  readonly sessions: readonly Session[]
}

export type Traces = {
  /** Those that the record keeps whole, in the order in which they were told. */
  readonly kept: readonly Trace[]
  /** null where the record has no more of it than its counts. */
  readonly of: (request: string) => Trace | null
  /** Sessions that a backend of this number had, as they were seen last. */
  readonly sessionsOf: (pid: number) => readonly Session[]
  /** In flight at a moment, by the load generator's clock: of each route, as long as the record keeps its requests. */
  readonly inFlightAt: (epochMs: number) => readonly Trace[]
}

/** Reads a record's entries once. Those that are damaged are passed over. */
export async function tracesOf(entries: AsyncIterable<Entry | { readonly damage: string }>): Promise<Traces> {
  const told = new Map<string, Bare>()
  const flights: Requests[] = []
  const processes = new Map<string, Process>()
  const sessions = new Map<string, Session>()
  const joined = new Map<string, Set<string>>()
  for await (const entry of entries) {
    if ('damage' in entry || faultOf(entry) !== null) continue
    if (entry.kind === 'request') told.set(entry.request, ofKept(entry))
    else if (entry.kind === 'unanswered' && !told.has(entry.request)) told.set(entry.request, ofUnanswered(entry))
    else if (entry.kind === 'requests') flights.push(entry)
    else if (entry.kind === 'look') {
      for (const member of entry.members) {
        if (member.kind === 'process' && member.request !== null) processes.set(member.id, member)
        if (member.kind === 'session') sessions.set(member.id, member)
      }
      for (const { session, process } of pairsOf(entry)) joined.set(process.id, (joined.get(process.id) ?? new Set()).add(session.id))
    }
  }

  const byId = Map.groupBy(processes.values(), ({ request }) => request?.id)
  const unnamed = byId.get(undefined) ?? []
  const traced = (bare: Bare): Trace => {
    const carriers = byId.get(bare.request) ?? unnamed.filter(({ request }) => hasWord(request?.url ?? '', bare.request))
    const connected = new Set(carriers.flatMap(({ id }) => [...(joined.get(id) ?? [])]))
    return { ...bare, processes: carriers, sessions: [...sessions.values()].filter(({ id, query, applicationName }) => connected.has(id) || hasWord(query, bare.request) || hasWord(applicationName, bare.request)) }
  }
  return {
    kept: [...told.values()].map(traced),
    of: (request) => {
      const bare = told.get(request) ?? flights.filter(({ cycle }) => request.startsWith(`${cycle}-`)).flatMap(requestsIn).find((one) => one.request === request)
      return bare === undefined ? null : traced(bare)
    },
    sessionsOf: (pid) => [...sessions.values()].filter((session) => session.pid === pid),
    inFlightAt: (epochMs) =>
      flights
        .flatMap(requestsIn)
        .filter(({ startedAtMs, tookMs }) => startedAtMs !== null && startedAtMs <= epochMs && epochMs <= startedAtMs + tookMs)
        .map((bare) => traced(told.get(bare.request) ?? bare)),
  }
}

type Bare = Omit<Trace, 'processes' | 'sessions'>

const ofKept = ({ request, cycle, route, startedAtMs, tookMs, path, outcome, status, errorCode }: KeptRequest): Bare => ({ request, cycle, route, startedAtMs, tookMs, whole: { path, outcome, status, errorCode } })

/** k6's number for a request that timed out. */
const timedOut = 1050

const ofUnanswered = ({ request, cycle, route, url, waitedMs }: Unanswered): Bare => ({
  request,
  cycle,
  route,
  startedAtMs: null,
  tookMs: waitedMs,
  whole: { path: url.replace(/^https?:\/\/[^/]*/, ''), outcome: 'timed-out', status: 0, errorCode: timedOut },
})

function requestsIn({ cycle, route, fromMs, spans, ids }: Requests): readonly Bare[] {
  let startedAtMs = fromMs
  return (ids?.split(' ') ?? []).map((id, i) => {
    startedAtMs += spans[2 * i] ?? 0
    return { request: `${cycle}-${id}`, cycle, route, startedAtMs, tookMs: spans[2 * i + 1] ?? 0, whole: null }
  })
}

/** `3-20` is neither in `3-201` nor in `13-20`. */
export function hasWord(text: string, id: string): boolean {
  for (let at = text.indexOf(id); at !== -1; at = text.indexOf(id, at + 1)) if (!/[\w-]/.test(text[at - 1] ?? '') && !/[\w-]/.test(text[at + id.length] ?? '')) return true
  return false
}
