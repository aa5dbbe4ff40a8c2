import type { Plan, Target } from '../scenario/scenario.ts'
import type { Capacity } from '../timeline/entry.ts'
import { type Asker, openAsker, placesDeclared } from './capacity.ts'
import { agreementOf } from '../verdict/places.ts'
import { countBeside, countPlaces, type Counting } from './count-places.ts'

export type Places = Disposable & {
  /** Gives how many milliseconds one further asking takes. */
  readonly beforeLoad: () => Promise<number>
  /** Which cycle's load a place was lost under shows only if the pool is asked after each. */
  readonly afterCycle: (cycle: number) => Promise<void>
  readonly afterLoad: () => Promise<void>
  /** What a collection gives back was lost until then. */
  readonly afterCollection: () => Promise<void>
  /** Holds one of the places that are left, half of them, one again, and then none: that lost ones would have been missed must show. */
  readonly control: () => Promise<void>
  /** Requests that still wait for a place, and are none of the load's. Disposal hangs up on them. */
  readonly waiting: () => number
}

export type PlacesOptions = {
  readonly target: Target
  readonly plan: Plan
  readonly baseUrl: string
  readonly record: (happening: Capacity) => void
  readonly signal: AbortSignal
}

/** Asks for the places of the application's pool at the moments of a run that need to know. Asks nothing where the target names no request that takes one. */
export function openPlaces({ target, plan, baseUrl, record, signal }: PlacesOptions): Places {
  const { capacity } = target
  if (capacity === undefined) return { beforeLoad: async () => 0, afterCycle: unasked, afterLoad: unasked, afterCollection: unasked, control: unasked, waiting: () => 0, [Symbol.dispose]: () => {} }

  return placesBy(openAsker({ url: baseUrl + capacity.path, holdsMs: capacity.holdsMs, signal }), { most: placesDeclared(plan, target.limits ?? {}), collects: target.collectPath !== undefined, record })
}

export type Asking = {
  /** Up to so many places are asked for. */
  readonly most: number
  /** A collection follows the reading after the load. */
  readonly collects: boolean
  readonly record: (happening: Capacity) => void
}

/** The same by this asker, and disposes of it. */
export function placesBy(asker: Asker, { most, collects, record }: Asking): Places {
  const count = (how: Omit<Counting, 'most'>) => countPlaces(asker.send, { most, ...how })
  let before = 0
  let places = 0
  const sinceLoad: Capacity[] = []
  /** Where no load came in between, what one reading found is there, whatever the next one finds. */
  const told = (happening: Capacity, atLeast = 0): void => {
    places = Math.max(atLeast, happening.parallel)
    if (happening.when === 'before-load' || happening.when === 'after-cycle') sinceLoad.length = 0
    else sinceLoad.push(happening)
    record(happening)
  }
  return {
    beforeLoad: async () => {
      const first = await count({})
      told({ kind: 'capacity', when: 'before-load', ...first })
      // The first request of an application that has just begun may take longer than any other.
      const beganMs = performance.now()
      const reading = await count({ from: places })
      told({ kind: 'capacity', when: 'before-load', ...reading }, places)
      const askingMs = (performance.now() - beganMs) / reading.tries.length
      // One try alone may find too many (verdict/places.ts).
      if (reading.parallel > first.parallel) told({ kind: 'capacity', when: 'before-load', ...(await count({ from: places })) }, places)
      before = places
      return askingMs
    },
    // Where none is left there is none to lose: each request would be waited for in vain.
    // The first load has opened what the pool has: if that is more than was found before it, it must show.
    afterCycle: async (cycle) => (places === 0 ? undefined : told({ kind: 'capacity', when: 'after-cycle', cycle, ...(await count({ from: places, enough: cycle === 0 ? most : places })) })),
    afterLoad: async () => {
      told({ kind: 'capacity', when: 'after-load', ...(await count({ from: places })) })
      // What is missed once may be slow; what a collection gives back cannot be asked for again.
      if (places > 0 && places < before && collects) told({ kind: 'capacity', when: 'after-load', ...(await count({ from: places })) }, places)
    },
    afterCollection: async () => told({ kind: 'capacity', when: 'after-collection', ...(await count({ from: places })) }, places),
    control: async () => {
      for (const held of heldOf(places)) told({ kind: 'capacity', when: 'places-held', held, ...(await countBeside(asker.send, { held, places })) }, places)
      const { tries, exact } = agreementOf(sinceLoad, places)
      // Also where none is left to hold: a second asking for those that were missed.
      record({ kind: 'capacity', when: 'places-released', ...(await count({ from: places, isUneven: exact < tries })) })
    },
    waiting: asker.waiting,
    [Symbol.dispose]: () => asker[Symbol.dispose](),
  }
}

/** How many places the control holds, one time after the other. What a busy moment makes of a request that takes no place, it does not make of it again and again; and chance, which often makes one answer late, or two, hardly makes exactly half of them. */
const heldOf = (places: number): readonly number[] => (places === 0 ? [] : [1, Math.ceil(places / 2), 1])

const unasked = (): Promise<void> => Promise.resolve()
