import type { Flight } from './flight.ts'

/** The requests that ended last, in a ring: memory follows its length, not the dose. */
export type Recent = {
  readonly add: (ended: Flight) => void
  /** Those that were in flight at some moment between the two, epoch milliseconds. A server that opens thousands of sessions a second has it asked for each: what is not among them is hardly looked at. */
  readonly inFlightBetween: (fromMs: number, toMs: number) => readonly Flight[]
}

/** Two seconds of a load that saturates two cores, which is twice as long as anything stays unseen under load; some 4 MB. */
export const mostRecent = 16_384

export const openRecent = (most = mostRecent): Recent => {
  const ring: Flight[] = []
  let next = 0
  // A tree over the places of the ring, which are its leaves, from `most` on; those of a node are at twice its number and the one after. Each knows when the first of all below it began and the last ended.
  const firstStartsMs = new Float64Array(2 * most).fill(Infinity)
  const lastEndsMs = new Float64Array(2 * most).fill(-Infinity)
  return {
    add: ended => {
      ring[next] = ended
      let node = most + next
      firstStartsMs[node] = ended.startedAtMs
      lastEndsMs[node] = ended.end!.atMs
      while (node > 1) {
        node >>= 1
        firstStartsMs[node] = Math.min(firstStartsMs[2 * node]!, firstStartsMs[2 * node + 1]!)
        lastEndsMs[node] = Math.max(lastEndsMs[2 * node]!, lastEndsMs[2 * node + 1]!)
      }
      next = (next + 1) % most
    },
    inFlightBetween: (fromMs, toMs) => {
      const found: Flight[] = []
      const visit = (node: number) => {
        if (firstStartsMs[node]! > toMs || lastEndsMs[node]! < fromMs) return
        if (node >= most) return void found.push(ring[node - most]!)
        visit(2 * node)
        visit(2 * node + 1)
      }
      visit(1)
      return found
    },
  }
}

/** Whether a request was in flight at some moment between the two, epoch milliseconds. */
export const wasInFlight = ({ startedAtMs, end }: Flight, fromMs: number, toMs: number): boolean => startedAtMs <= toMs && (end === null || end.atMs >= fromMs)
