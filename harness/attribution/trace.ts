import { decodeEnds, type RequestEnd } from '../timeline/ends.ts'
import type { Entry, KeptRequest, Requests, Unanswered } from '../timeline/entry.ts'
import type { Member, Process, Session } from '../timeline/member.ts'
import { faultOf } from '../timeline/shape.ts'
import { pairsOf } from './pairs.ts'

/** A request of the load, with everything that the record knows of it. */
export type Trace = {
  readonly request: string
  readonly cycle: number
  readonly route: string
  /** Epoch milliseconds, the load generator's clock; null where the record tells only how long it took. */
  readonly startedAtMs: number | null
  readonly tookMs: number
  /** null for requests that the record does not keep whole. */
  readonly path: string | null
  /** How it ended; null in older records, for requests that they do not keep whole. */
  readonly end: RequestEnd | null
  /** The processes that served it, as they were last seen. */
  readonly processes: readonly Process[]
  /** The sessions at the other end of these processes' connections, and those whose last statement or application name contained its id. */
  readonly sessions: readonly Session[]
  /** What began while it was in flight and was still there when its load had come to rest: this request may have left it. */
  readonly bornMeanwhile: readonly Member[]
}

export type Traces = {
  /** What is wrong with the record: lines that cannot be read and were passed over, and stretches that were changed after they were written. */
  readonly faults: readonly string[]
  /** Whether the record has no last word, because its harness died or has not come to its end. */
  readonly isCutOff: boolean
  /** Those that the record keeps whole, in the order in which they were told. */
  readonly kept: readonly Trace[]
  /** null where the record has only counts of it. */
  readonly of: (request: string) => Trace | null
  /** The sessions of backends with this pid, as they were last seen. */
  readonly sessionsOf: (pid: number) => readonly Session[]
  /** The requests in flight at a moment, by the load generator's clock, as far as the record has them. */
  readonly inFlightAt: (epochMs: number) => readonly Trace[]
}

/** Reads a record's entries once. */
export async function tracesOf(entries: AsyncIterable<Entry | { readonly damage: string }>): Promise<Traces> {
  const told = new Map<string, Bare>()
  const flights: Requests[] = []
  const processes = new Map<string, Process>()
  const sessions = new Map<string, Session>()
  const born = new Map<string, Set<string>>()
  const members = new Map<string, Member>()
  const joined = new Map<string, Set<string>>()
  const faults: string[] = []
  let isCutOff = true
  for await (const entry of entries) {
    if ('damage' in entry) {
      faults.push(entry.damage)
      continue
    }
    const fault = faultOf(entry)
    if (fault !== null) faults.push(`line ${entry.n} cannot be understood: ${fault}`)
    else if (entry.kind === 'request') {
      told.set(entry.request, ofKept(entry))
      if (entry.born) born.set(entry.request, (born.get(entry.request) ?? new Set()).union(new Set(entry.born)))
    } else if (entry.kind === 'unanswered' && !told.has(entry.request)) told.set(entry.request, ofUnanswered(entry))
    else if (entry.kind === 'requests') flights.push(entry)
    else if (entry.kind === 'look') {
      for (const member of entry.members) {
        if (member.kind === 'process' && member.request !== null) processes.set(member.id, member)
        if (member.kind === 'session') sessions.set(member.id, member)
        if (isBorn(member)) members.set(nameOf(member), member)
      }
      for (const { session, process } of pairsOf(entry)) joined.set(process.id, (joined.get(process.id) ?? new Set()).add(session.id))
    } else if (entry.kind === 'end') isCutOff = false
  }

  const byId = Map.groupBy(processes.values(), ({ request }) => request?.id)
  const unnamed = byId.get(undefined) ?? []
  const traced = (bare: Bare): Trace => {
    const carriers = byId.get(bare.request) ?? unnamed.filter(({ request }) => hasWord(request?.url ?? '', bare.request))
    const connected = new Set(carriers.flatMap(({ id }) => [...(joined.get(id) ?? [])]))
    return {
      ...bare,
      processes: carriers,
      sessions: [...sessions.values()].filter(({ id, query, applicationName }) => connected.has(id) || hasWord(query, bare.request) || hasWord(applicationName, bare.request)),
      bornMeanwhile: [...(born.get(bare.request) ?? [])].flatMap((name) => members.get(name) ?? []),
    }
  }
  return {
    faults,
    isCutOff,
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

/** How `KeptRequest.born` names a member. */
const nameOf = ({ kind, id }: Member): string => `${kind} ${id}`

const isBorn = ({ kind }: Member): boolean => kind === 'session' || kind === 'process' || kind === 'prepared-transaction'

type Bare = Omit<Trace, 'processes' | 'sessions' | 'bornMeanwhile'>

const ofKept = ({ request, cycle, route, startedAtMs, tookMs, path, outcome, status, errorCode }: KeptRequest): Bare => ({ request, cycle, route, startedAtMs, tookMs, path, end: { outcome, status, errorCode } })

/** k6's number for a request that timed out. */
const timedOut = 1050

const ofUnanswered = ({ request, cycle, route, url, waitedMs }: Unanswered): Bare => ({
  request,
  cycle,
  route,
  startedAtMs: null,
  tookMs: waitedMs,
  path: url.replace(/^https?:\/\/[^/]*/, ''),
  end: { outcome: 'timed-out', status: 0, errorCode: timedOut },
})

function requestsIn({ cycle, route, fromMs, spans, ids, ends }: Requests): readonly Bare[] {
  let startedAtMs = fromMs
  const known = ends === undefined ? [] : decodeEnds(ends)
  return (ids?.split(' ') ?? []).map((id, i) => {
    startedAtMs += spans[2 * i] ?? 0
    return { request: `${cycle}-${id}`, cycle, route, startedAtMs, tookMs: spans[2 * i + 1] ?? 0, path: null, end: known[i] ?? null }
  })
}

/** `3-20` is neither in `3-201` nor in `13-20`. */
export function hasWord(text: string, id: string): boolean {
  for (let at = text.indexOf(id); at !== -1; at = text.indexOf(id, at + 1)) if (!/[\w-]/.test(text[at - 1] ?? '') && !/[\w-]/.test(text[at + id.length] ?? '')) return true
  return false
}
