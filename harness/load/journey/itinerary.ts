import { mixesOf } from './mix.ts'
import type { LoadPlan } from './plan.ts'
import { indexAt, turnsOf } from './random.ts'

/** A visit's share of the dose, and how many requests one of it sends. */
export type Share = { readonly weight: number; readonly requests: number }

/** How a dose falls into visits. Their lengths add up to it exactly. */
export type Itinerary = {
  readonly visits: number
  /** Visit `i` of the cycle, from 0: which of the shares it belongs to, and how many requests it sends. */
  readonly at: (i: number) => { readonly share: number; readonly requests: number }
}

/** Computes what is the same for every user, once for all of them. */
export type Once = (name: string, compute: () => readonly number[]) => ArrayLike<number>

/**
 * Divides a dose of requests into visits. What visit number `n` is depends on the seed and `n`, and on the cycle's mix where it is one of a stretch. The last is cut where the
 * dose ends; and where whole visits would be fewer than the users, all are cut short, so that a small dose too has all of its users at once.
 */
export const itineraryOf = (plan: Pick<LoadPlan, 'dose' | 'concurrency' | 'seed' | 'cycle' | 'firstRequest' | 'stretch'>, shares: readonly Share[], once: Once = (_, compute) => compute()): Itinerary => {
  const { dose, concurrency, seed, firstRequest } = plan
  // The rarest first: their places on the circle stay the same whatever the others' shares, so that over the run each comes as often as it should.
  const order = [...shares.keys()].sort((a, b) => shares[a]!.weight - shares[b]!.weight)
  // By requests, not by visits: a visit of ten requests comes a tenth as often.
  const mix = mixIn(plan, shares)
  const weights = order.map(share => mix[share]! / shares[share]!.requests)
  const turnOf = turnsOf(seed)
  const shareOf = weights.length === 1 ? () => 0 : (i: number) => order[indexAt(weights, turnOf(firstRequest + i))]!
  const cutAt = (longest: number): Itinerary => {
    const lengthOf = (share: number) => Math.min(shares[share]!.requests, longest)
    const count = (): readonly [visits: number, sent: number] => {
      let [visits, sent] = [0, 0]
      while (sent < dose) sent += lengthOf(shareOf(visits++))
      return [visits, sent]
    }
    const [visits = 0, sent = 0] = Array.from(longest === 1 ? [dose, dose] : once(`visits of ${longest}`, count))
    const tooMany = sent - dose
    return {
      visits,
      at: i => {
        const share = shareOf(i)
        return { share, requests: lengthOf(share) - (i === visits - 1 ? tooMany : 0) }
      },
    }
  }

  let longest = Math.max(...shares.map(({ requests }) => requests))
  let itinerary = cutAt(longest)
  while (itinerary.visits < Math.min(concurrency, dose)) itinerary = cutAt(--longest)
  return itinerary
}

const mixIn = ({ seed, cycle, stretch }: Pick<LoadPlan, 'seed' | 'cycle' | 'stretch'>, shares: readonly Share[]): readonly number[] => {
  const weights = shares.map(({ weight }) => weight)
  if (stretch === undefined) return weights
  const all = weights.reduce((sum, weight) => sum + weight, 0)
  return mixesOf(weights.map(weight => weight / all), stretch.doses, seed + cycle - stretch.nth)[stretch.nth] ?? weights
}
