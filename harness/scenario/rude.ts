import { z } from 'zod'
import type { Load } from './scenario.ts'
import { atLeast, positive, type Settings } from './shapes.ts'

/**
 * Clients that misbehave and send a part of the dose; k6 sends the rest. Numbers are shares of the dose, between 0 and 1. Each is reported under its route and manner, as in
 * `timeline · abort mid-body`, and counts as dose if it misbehaved as described here. The report says what happened otherwise.
 */
export type Rude = {
  /** Hangs up: its headers sent and no body; at the first byte of the answer; at the first of its body, if that has not come whole; with a reset, at the last byte. */
  readonly aborts?: { readonly headers?: number; readonly firstByte?: number; readonly midBody?: number; readonly lastByte?: number }
  /** Disappears in the middle of the answer's body, without FIN or RST, as a train in a tunnel: the server's socket stays open until its own time-outs. Needs a network namespace. */
  readonly vanish?: number
  /**
   * Reads this many bytes a second and no more, and leaves at the request's time-out. A server only feels it if the answer is longer than what the kernels buffer. `receiveBufferBytes` limits the buffer of
   * the client's kernel, which needs a network namespace.
   */
  readonly slowReader?: { readonly share: number; readonly bytesPerSecond: number; readonly receiveBufferBytes?: number }
  /** Sends its FIN right after the request, and reads on. */
  readonly halfClose?: number
  /** Announces a body, never sends it, and hangs up after `silentMs`. Only for requests that have a body. */
  readonly bodyNeverSent?: { readonly share: number; readonly silentMs: number }
  /** Sends its headers at so many bytes a second. */
  readonly headerDrip?: { readonly share: number; readonly bytesPerSecond: number }
  /** Sends the same request twice at once, over two connections. One of the two must be answered as expected. */
  readonly doubleSubmit?: number
  /** Sends two requests in one packet, and reads both answers. */
  readonly pipelinedPair?: number
  /** `requests` requests over one connection, each as soon as the one before is answered. */
  readonly keepAliveStorm?: { readonly share: number; readonly requests: number }
  /** `requests` requests one after the other, each over a connection of its own, which is closed as soon as it is answered. */
  readonly connectionChurn?: { readonly share: number; readonly requests: number }
  /** Routes, or a journey's visits of one request, that get rude clients, by name. Default: all but those with `abortAfterMs`. */
  readonly routes?: readonly string[]
}

const share = z.number({ error: 'a share of the dose between 0 and 1' }).gt(0, { error: 'a share of the dose between 0 and 1' }).lt(1, { error: 'a share of the dose between 0 and 1' })
const several = atLeast(2)

export const rudeShape = z.strictObject({
  aborts: z.strictObject({ headers: share, firstByte: share, midBody: share, lastByte: share }).partial(),
  vanish: share,
  slowReader: z.strictObject({ share, bytesPerSecond: positive, receiveBufferBytes: atLeast(4_096).optional() }),
  halfClose: share,
  bodyNeverSent: z.strictObject({ share, silentMs: positive }),
  headerDrip: z.strictObject({ share, bytesPerSecond: positive }),
  doubleSubmit: share,
  pipelinedPair: share,
  keepAliveStorm: z.strictObject({ share, requests: several }),
  connectionChurn: z.strictObject({ share, requests: several }),
  routes: z.array(z.string({ error: 'a text' })).min(1, { error: 'at least one name' }),
} satisfies Settings<Rude>).partial()

/** The share of the dose that all of them send. */
export const shareOfRude = ({ aborts = {}, vanish = 0, slowReader, halfClose = 0, bodyNeverSent, headerDrip, doubleSubmit = 0, pipelinedPair = 0, keepAliveStorm, connectionChurn }: Rude): number =>
  [...Object.values(aborts), vanish, halfClose, doubleSubmit, pipelinedPair, ...[slowReader, bodyNeverSent, headerDrip, keepAliveStorm, connectionChurn].map(one => one?.share ?? 0)].reduce((sum, one) => sum + one, 0)

/** Of a load, where it has such clients. */
export const rudeOf = (load: Load): Rude | undefined => (load.kind === 'replay' ? undefined : load.rude)

/** Whether such clients must run where their links can be cut and their kernel's buffers set. */
export const needsNamespace = ({ vanish, slowReader }: Rude): boolean => vanish !== undefined || slowReader?.receiveBufferBytes !== undefined

const asked = z.object({
  load: z.object({ rude: rudeShape, routes: z.array(z.object({ name: z.string(), body: z.string().optional(), abortAfterMs: z.number().optional() })).optional() }),
  profiles: z.record(z.string(), z.object({ concurrency: z.number().optional() })).optional(),
})

/** What is asked of rude clients that cannot be had, together or of these routes. The visits of a journey are not known here: what is wrong with those, the load says when it is bundled. */
export function problemsOfRude(scenario: unknown): string[] {
  const { load, profiles = {} } = asked.safeParse(scenario).data ?? {}
  if (load === undefined) return []
  const { rude, routes } = load
  const found: string[] = []
  const sum = shareOfRude(rude as Rude)
  if (sum === 0) found.push('Expected load.rude to ask for one manner at least, such as aborts: { midBody: 0.02 }.')
  if (sum >= 1) found.push(`Expected the shares of load.rude to be less than 1 together, got ${Math.round(sum * 1e6) / 1e6}.`)
  for (const [name, { concurrency = leastConcurrency }] of Object.entries(profiles)) if (concurrency < leastConcurrency) found.push(`Expected profiles.${name}.concurrency to be ${leastConcurrency} at least, so that rude clients leave room for others, got ${concurrency}.`)
  if (routes === undefined) return found
  for (const unknown of (rude.routes ?? []).filter((name) => routes.every((route) => route.name !== name))) found.push(`Expected load.rude.routes to name routes, got "${unknown}".`)
  const chosen = routes.filter(({ name, abortAfterMs }) => (rude.routes?.includes(name) ?? true) && abortAfterMs === undefined)
  if (chosen.length === 0) found.push('Expected load.rude to find a route without abortAfterMs, and there is none.')
  else if (rude.bodyNeverSent && chosen.every(({ body }) => body === undefined)) found.push('Expected load.rude.bodyNeverSent to find a route with a body, and there is none.')
  return found
}

/** Two for rude clients, since a double submit takes two at once, and one for k6. */
const leastConcurrency = 3
