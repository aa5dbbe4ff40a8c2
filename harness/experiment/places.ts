import type { Plan, Target } from '../scenario/scenario.ts'
import type { Capacity } from '../timeline/entry.ts'
import { type Asker, openAsker, placesDeclared } from './capacity.ts'
import { agreementOf } from '../verdict/places.ts'
import { countBeside, countPlaces, type Counting } from './count-places.ts'

export type Places = Disposable & {
  /** Returns how many milliseconds it takes to count the places once more. */
  readonly beforeLoad: () => Promise<number>
  /** Counting after each cycle shows under which cycle's load a place was lost. */
  readonly afterCycle: (cycle: number) => Promise<void>
  readonly afterLoad: () => Promise<void>
  /** What a collection gives back had been lost until then. */
  readonly afterCollection: () => Promise<void>
  /** Holds one of the places that are left, then half of them, then one again, then none, and counts each time: it must show that lost places would have been noticed. */
  readonly control: () => Promise<void>
  /** How many requests of the harness still wait for a place. Disposal hangs up on them. */
  readonly waiting: () => number
}

export type PlacesOptions = {
  readonly target: Target
  readonly plan: Plan
  readonly baseUrl: string
  readonly record: (happening: Capacity) => void
  readonly signal: AbortSignal
}

/** Counts the places of the application's pool at the moments of a run that need to know. Does nothing where the target names no request that takes one. */
export function openPlaces({ target, plan, baseUrl, record, signal }: PlacesOptions): Places {
  const { capacity } = target
  if (capacity === undefined) return { beforeLoad: async () => 0, afterCycle: unasked, afterLoad: unasked, afterCollection: unasked, control: unasked, waiting: () => 0, [Symbol.dispose]: () => {} }

  return placesBy(openAsker({ url: baseUrl + capacity.path, holdsMs: capacity.holdsMs, signal }), { most: placesDeclared(plan, target.limits ?? {}), collects: target.collectPath !== undefined, record })
}

export type Asking = {
  /** How many places are asked for at most. */
  readonly most: number
  /** A collection follows the reading after the load. */
  readonly collects: boolean
  readonly record: (happening: Capacity) => void
}

/** The same with a given asker, which it disposes of. */
export function placesBy(asker: Asker, { most, collects, record }: Asking): Places {
  const count = (how: Omit<Counting, 'most'>) => countPlaces(asker.send, { most, ...how })
  let before = 0
  let places = 0
  const sinceLoad: Capacity[] = []
  /** Records a reading. `atLeast`: what the reading before found, where no load came in between: those places are still there, whatever this one found. */
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
      // The first requests to an application that has just started may take longer than all others.
      const beganMs = performance.now()
      const reading = await count({ from: places })
      told({ kind: 'capacity', when: 'before-load', ...reading }, places)
      const askingMs = (performance.now() - beganMs) / reading.tries.length
      // One try alone may find too many (verdict/places.ts).
      if (reading.parallel > first.parallel) told({ kind: 'capacity', when: 'before-load', ...(await count({ from: places })) }, places)
      before = places
      return askingMs
    },
    // Where no place is left none can be lost, and each request would wait until it is given up.
    // The first load has made the pool open all that it has: if that is more than was found before it, this must find it.
    afterCycle: async (cycle) => (places === 0 ? undefined : told({ kind: 'capacity', when: 'after-cycle', cycle, ...(await count({ from: places, enough: cycle === 0 ? most : places })) })),
    afterLoad: async () => {
      told({ kind: 'capacity', when: 'after-load', ...(await count({ from: places })) })
      // A place that is missing once may only have been slow; and after a collection it cannot be asked for again.
      if (places > 0 && places < before && collects) told({ kind: 'capacity', when: 'after-load', ...(await count({ from: places })) }, places)
    },
    afterCollection: async () => told({ kind: 'capacity', when: 'after-collection', ...(await count({ from: places })) }, places),
    control: async () => {
      for (const held of heldOf(places)) told({ kind: 'capacity', when: 'places-held', held, ...(await countBeside(asker.send, { held, places })) }, places)
      const { tries, exact } = agreementOf(sinceLoad, places)
      // Also where no place is left to hold: it counts once more those that are missing.
      record({ kind: 'capacity', when: 'places-released', ...(await count({ from: places, isUneven: exact < tries })) })
    },
    waiting: asker.waiting,
    [Symbol.dispose]: () => asker[Symbol.dispose](),
  }
}

/** How many places the control holds, one time after the other. A busy moment may make one or two answers late, as a held place does; but hardly again and again, and hardly exactly half of them. */
const heldOf = (places: number): readonly number[] => (places === 0 ? [] : [1, Math.ceil(places / 2), 1])

const unasked = (): Promise<void> => Promise.resolve()
