import { holds, type Claim } from './expression.ts'
import { openTally, valueOf, type LoadOnly, type Part, type Second, type Tally } from './tally.ts'

export type Window = { readonly value: number; readonly atMs: number; readonly cycle: number }

/** Every full window of so many seconds; of throughput those within a cycle. */
export function openWindows(metric: LoadOnly, claim: Claim, length: number) {
  const isThroughput = metric.name === 'http_reqs'
  const tally = openTally(metric)
  let parts: Part[] = []
  /** The last second of a cycle is known by what comes after it. */
  let held: { readonly part: Part; readonly at: Second } | null = null
  let looked = 0
  let crossed = 0
  let worst: Window | null = null
  let worstCrossing: Window | null = null

  const move = (part: Part, { atMs, cycle }: Second) => {
    parts.push(part)
    tally.put(part, 1)
    const left = parts.length > length ? parts.shift() : undefined
    if (left !== undefined) tally.put(left, -1)
    if (parts.length < length) return
    const value = isThroughput ? throughput(claim, tally, length) : valueOf(metric, claim, tally, length * 1_000)
    // Where no request ended, there is no latency and no share: such a window says nothing.
    if (value === null) return
    const window = { value, atMs, cycle }
    looked += 1
    worst = worseOf(claim, worst, window)
    if (holds(claim.operator, value, claim.value)) return
    crossed += 1
    worstCrossing = worseOf(claim, worstCrossing, window)
  }
  return {
    push: (part: Part, at: Second) => {
      if (!isThroughput) return move(part, at)
      if (held !== null) move(held.part, held.at)
      held = at.second === 0 ? null : { part, at }
    },
    cycleEnded: () => {
      if (!isThroughput) return
      held = null
      for (const part of parts) tally.put(part, -1)
      parts = []
    },
    counts: () => ({ looked, crossed }),
    worst: (): Window | null => worstCrossing ?? worst,
    worstCrossing: (): Window | null => worstCrossing,
  }
}

/** None at all is a throughput as well. */
const throughput = ({ aggregation }: Claim, tally: Tally, seconds: number): number => (aggregation.kind === 'count' ? tally.ended() : tally.ended() / seconds)

/** The one that is further on the wrong side, or nearer to it. */
function worseOf({ operator, value }: Claim, one: Window | null, other: Window): Window {
  if (one === null) return other
  switch (operator) {
    case '<':
    case '<=':
      return other.value > one.value ? other : one
    case '>':
    case '>=':
      return other.value < one.value ? other : one
    case '==':
    case '!=':
      return Math.abs(other.value - value) > Math.abs(one.value - value) ? other : one
    default:
      return operator satisfies never
  }
}
