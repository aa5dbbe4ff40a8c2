import type { KeptRequest } from '../timeline/entry.ts'
import type { Outcome } from './journey/plan.ts'

/** A request on its way: one object from its beginning on, so that whoever holds it learns its end. */
export type Flight = {
  readonly request: string
  readonly route: string
  readonly path: string
  /** Epoch milliseconds, the load generator's clock. */
  readonly startedAtMs: number
  readonly lateMs: number
  /** Null as long as it is in flight. */
  end: FlightEnd | null
}

export type FlightEnd = { readonly atMs: number; readonly outcome: Outcome; readonly status: number; readonly errorCode: number }

/** Of one that was still in flight as its load ended: it was cut off, for which no fault has a number. */
export const cutOff = ({ startedAtMs }: Flight, atMs: number): FlightEnd => ({ atMs: Math.max(startedAtMs, atMs), outcome: 'broken', status: 0, errorCode: 0 })

/** What the record keeps of one that has ended. */
export const keptOf = ({ request, route, path, startedAtMs, end }: Flight): Omit<KeptRequest, 'kind' | 'cycle' | 'why'> => {
  const { atMs, ...came } = end!
  return { request, route, path, startedAtMs, tookMs: Math.round((atMs - startedAtMs) * 1_000) / 1_000, ...came }
}
