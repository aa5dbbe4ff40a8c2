import type { KeptRequest } from '../timeline/entry.ts'
import type { Outcome } from './plan.ts'

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

/** What the record keeps of one. Whoever was still in flight as its load ended was cut off: it lasted until `endMs`, and no fault has a number for that. */
export const keptOf = ({ request, route, path, startedAtMs, end }: Flight, endMs: number): Omit<KeptRequest, 'kind' | 'cycle' | 'why'> => {
  const { atMs, ...came } = end ?? { atMs: Math.max(startedAtMs, endMs), outcome: 'broken' as const, status: 0, errorCode: 0 }
  return { request, route, path, startedAtMs, tookMs: Math.round((atMs - startedAtMs) * 1_000) / 1_000, ...came }
}
