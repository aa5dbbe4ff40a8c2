import type { Plan, Target } from '../scenario/scenario.ts'
import type { Capacity } from '../timeline/entry.ts'
import { askForPlaces, placesDeclared, placesToHold } from './capacity.ts'

export type Places = {
  readonly beforeLoad: () => Promise<void>
  /** Which cycle's load a place was lost under shows only if the pool is asked after each. */
  readonly afterCycle: (cycle: number) => Promise<void>
  readonly afterLoad: () => Promise<void>
  /** Holds some of the places that are left, and then none: that lost ones would have been missed must show. */
  readonly control: () => Promise<void>
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
  if (capacity === undefined) return { beforeLoad: unasked, afterCycle: unasked, afterLoad: unasked, control: unasked }

  const [url, holdsMs, asked] = [baseUrl + capacity.path, capacity.holdsMs, placesDeclared(plan, target.limits ?? {})]
  const ask = (how: { readonly held?: number; readonly known?: number } = {}) => askForPlaces({ url, holdsMs, asked, signal, ...how })
  let places = 0
  const told = (happening: Capacity): void => {
    places = happening.parallel
    record(happening)
  }
  return {
    beforeLoad: async () => told({ kind: 'capacity', when: 'before-load', ...(await ask()) }),
    // Where none is left there is none to lose: each request would be waited for in vain.
    afterCycle: async (cycle) => (places === 0 ? undefined : told({ kind: 'capacity', when: 'after-cycle', cycle, ...(await ask({ known: places })) })),
    afterLoad: async () => told({ kind: 'capacity', when: 'after-load', ...(await ask()) }),
    control: async () => {
      const held = placesToHold(places)
      if (held === 0) return
      record({ kind: 'capacity', when: 'places-held', held, ...(await ask({ held, known: places - held })) })
      record({ kind: 'capacity', when: 'places-released', ...(await ask({ known: places })) })
    },
  }
}

const unasked = (): Promise<void> => Promise.resolve()
