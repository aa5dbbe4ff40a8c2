import { itineraryOf } from '../journey/itinerary.ts'
import type { SingleRequest, Visit } from '../journey/journey.ts'
import { randomOf } from '../journey/random.ts'
import { carrying } from '../journey/request-id.ts'
import type { Request } from '../journey/request.ts'
import type { Rude } from '../../scenario/rude.ts'
import { mannerMark } from '../../timeline/routes.ts'
import { fewest, mannersOf, nameOf, type Manner } from './manners.ts'
import type { RudePlan } from './parts.ts'

/** One rude client's doing: which requests, and in which manner. */
export type Act = { readonly manner: Manner; readonly route: string; readonly requests: readonly Numbered[] }
/** `request` as it is sent, with its id; `path` as it was described, which is what the record keeps. */
export type Numbered = { readonly id: string; readonly path: string; readonly request: Request }

/** The acts of a cycle, in order. What each is depends on the seed and its number, and on the cycle's mix, as with visits. Throws where a manner finds no request that it could be done to. */
export const actsOf = (plan: RudePlan, rude: Rude, visits: readonly Visit[]): readonly Act[] => {
  const offers = offersOf(plan.seed, rude, visits)
  const itinerary = itineraryOf({ ...plan, concurrency: 1 }, offers)
  const acts: Act[] = []
  for (let i = 0, number = plan.firstNumber; i < itinerary.visits; i++) {
    const { share, requests: count } = itinerary.at(i)
    const { visit, manner: asked } = offers[share]!
    const manner: Manner = count < fewest(asked) ? { kind: 'plain' } : asked
    const requests = Array.from({ length: count }, (_, k) => {
      // A double submit is one form, sent twice.
      const n = manner.kind === 'double submit' ? number : number + k
      const id = `${plan.cycle}-${number + k}`
      const described = visit.request(randomOf(plan.seed, n), n)
      return { id, path: described.path, request: carrying(described, id, plan.requestId) }
    })
    acts.push({ manner, route: manner.kind === 'plain' ? visit.name : `${visit.name}${mannerMark}${nameOf(manner)}`, requests })
    number += count
  }
  return acts
}

/** Each manner for each of the visits that it can be done to, by these visits' own shares. Throws where there are none. */
export const offersOf = (seed: number, rude: Rude, visits: readonly Visit[]) => {
  const singles = visits.filter((visit): visit is SingleRequest => !('steps' in visit))
  if (singles.length === 0) throw new Error('the load has no visit of one request: rude clients cannot walk through the steps of others, which are left to k6')
  const unknown = (rude.routes ?? []).filter(name => singles.every(visit => visit.name !== name))
  if (unknown.length > 0) throw new Error(`no visit of one request is called ${unknown.map(name => `"${name}"`).join(' or ')}; there are ${singles.map(({ name }) => `"${name}"`).join(', ')}`)
  const first = new Map(singles.map(visit => [visit, visit.request(randomOf(seed, 0), 0)]))
  const chosen = singles.filter(visit => (rude.routes?.includes(visit.name) ?? true) && (visit.weight ?? 1) > 0 && first.get(visit)!.abortAfterMs === undefined)
  return mannersOf(rude).flatMap(({ manner, share, requests }) => {
    const able = manner.kind === 'body never sent' ? chosen.filter(visit => first.get(visit)!.body !== undefined) : chosen
    const all = able.reduce((sum, { weight = 1 }) => sum + weight, 0)
    if (all === 0) throw new Error(`${nameOf(manner)} finds no route to be done to: it needs one ${manner.kind === 'body never sent' ? 'that has a body' : 'without abortAfterMs'}${rude.routes ? `, among ${rude.routes.join(', ')}` : ''}`)
    return able.map(visit => ({ visit, manner, weight: (share * (visit.weight ?? 1)) / all, requests }))
  })
}
