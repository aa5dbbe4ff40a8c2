import type { Opinion } from '../verdict/verdict.ts'

/** One threshold while the record is read. */
export type ClaimFold = {
  /** What the record says of it so far. */
  readonly opinion: () => Opinion
  /** It was crossed when it was to end the load. */
  readonly endsLoad: () => boolean
}

/** Whether so much of the measured time is enough for a threshold to end the load; null is never. More than its delay, as in k6. */
export const dueFrom = (abortAfterMs: number | null) => (elapsedMs: number): boolean => abortAfterMs !== null && (abortAfterMs === 0 || elapsedMs > abortAfterMs)
