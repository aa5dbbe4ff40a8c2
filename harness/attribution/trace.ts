import type { Entry, KeptRequest } from '../timeline/entry.ts'
import type { Process, Session } from '../timeline/member.ts'
import { pairsOf } from './pairs.ts'

/** A request of the load with all that the record has of it. Of those that were fast nothing but counts is kept, and they have no trace. */
export type Trace = {
  readonly request: string
  readonly cycle: number
  readonly route: string
  readonly path: string
  /** Epoch milliseconds, the load generator's clock; null where the record tells only how long it took. */
  readonly startedAtMs: number | null
  readonly tookMs: number
  readonly outcome: KeptRequest['outcome']
  readonly status: number
  readonly errorCode: number
  /** Processes that carried it, as they were seen last. */
  readonly processes: readonly Process[]
  /** Sessions at the other end of these processes' connections, and those whose last statement or name carried its id. */
  readonly sessions: readonly Session[]
}

/** Traces of a record's entries, in the order in which the requests were told. */
export async function tracesOf(entries: AsyncIterable<Entry | { readonly damage: string }>): Promise<readonly Trace[]> {
  const told = new Map<string, Omit<Trace, 'processes' | 'sessions'>>()
  const processes = new Map<string, Process>()
  const sessions = new Map<string, Session>()
  const joined = new Map<string, Set<string>>()
  for await (const entry of entries) {
    if ('damage' in entry) continue
    if (entry.kind === 'request') told.set(entry.request, entry)
    else if (entry.kind === 'unanswered') {
      const { request, cycle, route, url, waitedMs } = entry
      const kept = told.get(request)
      told.set(request, kept ?? { request, cycle, route, path: url.replace(/^https?:\/\/[^/]*/, ''), startedAtMs: null, tookMs: waitedMs, outcome: 'timed-out', status: 0, errorCode: 1050 })
    } else if (entry.kind === 'look') {
      for (const member of entry.members) {
        if (member.kind === 'process' && member.request !== null) processes.set(member.id, member)
        if (member.kind === 'session') sessions.set(member.id, member)
      }
      for (const { session, process } of pairsOf(entry)) joined.set(process.id, (joined.get(process.id) ?? new Set()).add(session.id))
    }
  }
  const byId = Map.groupBy(processes.values(), ({ request }) => request?.id)
  const unnamed = byId.get(undefined) ?? []
  return [...told.values()].map((one) => {
    const carriers = byId.get(one.request) ?? unnamed.filter(({ request }) => hasWord(request?.url ?? '', one.request))
    const connected = new Set(carriers.flatMap(({ id }) => [...(joined.get(id) ?? [])]))
    return { ...one, processes: carriers, sessions: [...sessions.values()].filter(({ id, query, applicationName }) => connected.has(id) || hasWord(query, one.request) || hasWord(applicationName, one.request)) }
  })
}

/** `3-20` is neither in `3-201` nor in `13-20`. */
export function hasWord(text: string, id: string): boolean {
  for (let at = text.indexOf(id); at !== -1; at = text.indexOf(id, at + 1)) if (!/[\w-]/.test(text[at - 1] ?? '') && !/[\w-]/.test(text[at + id.length] ?? '')) return true
  return false
}
