import type { Flight } from './flight.ts'

/** The requests that ended last, in a ring: memory follows its length, not the dose. */
export type Recent = {
  readonly add: (ended: Flight) => void
  readonly all: () => readonly Flight[]
}

/** Two seconds of a load that saturates two cores, which is twice as long as anything stays unseen under load; some 4 MB. */
export const mostRecent = 16_384

export const openRecent = (most = mostRecent): Recent => {
  const ring: Flight[] = []
  let next = 0
  return {
    add: ended => {
      ring[next] = ended
      next = (next + 1) % most
    },
    all: () => ring,
  }
}

/** Whether a request was in flight at some moment between the two, epoch milliseconds. */
export const wasInFlight = ({ startedAtMs, end }: Flight, fromMs: number, toMs: number): boolean => startedAtMs <= toMs && (end === null || end.atMs >= fromMs)
