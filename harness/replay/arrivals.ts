import { expectedOf, type Expectation, type Expected } from './expectation.ts'
import type { Logged, Method, Read, Reason } from './logged.ts'

/** Which of a log's requests are replayed. */
export type Rules = {
  readonly methods: readonly Method[]
  readonly expect: Expectation
  /** Only these hosts. Absent: of a HAR that of its first request, as pages ask others for fonts and adverts; of other logs all. */
  readonly hosts?: readonly string[]
  /** Epoch milliseconds: from here, and before there. */
  readonly fromMs?: number
  readonly toMs?: number
}

/** Those that change nothing. */
export const safeMethods: readonly Method[] = ['GET', 'HEAD']

/** A request to be replayed, in the order and at the time of its arrival. */
export type Arrival = { readonly atMs: number; readonly method: Method; readonly path: string; readonly expected: Expected }

/** Why a request is not replayed; null for one that is. */
export const refuser = ({ methods, hosts, fromMs = -Infinity, toMs = Infinity }: Rules, firstHostOnly: boolean): ((logged: Logged) => Reason | null) => {
  let wanted = hosts === undefined ? null : new Set(hosts.map(host => host.toLowerCase()))
  return ({ method, host, status, atMs }) => {
    if (firstHostOnly && host !== null) wanted ??= new Set([host])
    if (wanted !== null && host !== null && !wanted.has(host) && !wanted.has(withoutPort(host))) return 'of another host'
    if (!methods.includes(method)) return 'changes things, and logs hold no bodies: not among the methods to replay'
    if (status === 101) return 'became a WebSocket'
    return atMs >= fromMs && atMs < toMs ? null : 'outside of the time that was asked for'
  }
}

const withoutPort = (host: string): string => host.replace(/:\d+$/, '')

export const arrivalOf = ({ atMs, method, path, status }: Logged, { expect }: Pick<Rules, 'expect'>): Arrival => ({ atMs, method, path, expected: expectedOf(status, expect) })

/** So many are held back and put in order: a log's lines are written as requests end, and one that took a minute is a minute late. */
const held = 8_192

/** The arrivals of a log in order of time, however long it is. A time that lies before one that was given already is more than `held` lines late, and stays where it is. */
export async function* arrivalsOf(batches: AsyncIterable<readonly Read[]>, rules: Rules, firstHostOnly: boolean): AsyncGenerator<readonly Arrival[]> {
  const refusal = refuser(rules, firstHostOnly)
  let waiting: Arrival[] = []
  for await (const batch of batches) {
    for (const read of batch) if (read.kind === 'logged' && refusal(read) === null) waiting.push(arrivalOf(read, rules))
    if (waiting.length < 2 * held) continue
    waiting.sort(byTime)
    yield waiting.slice(0, -held)
    waiting = waiting.slice(-held)
  }
  yield waiting.sort(byTime)
}

const byTime = (a: Arrival, b: Arrival): number => a.atMs - b.atMs
