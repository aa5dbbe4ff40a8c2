import { blindOf } from '../probes/blind.ts'
import { defaultMaxConnections, type Plan, type Scenario, type Target } from '../scenario/scenario.ts'
import type { Stack } from '../stack/stack.ts'
import type { Blind, Capacity, Dose } from '../timeline/entry.ts'
import type { HowCounted } from '../timeline/facts.ts'
import { agreementOf } from '../verdict/places.ts'
import { askBehindLocks } from './ask-behind-locks.ts'
import { askByHolding } from './ask-by-holding.ts'
import { countBeside, countPlaces, type Counting } from './count-places.ts'
import { mostAtOnce } from './dose.ts'
import type { Asker } from './requests-for-places.ts'

export type Places = AsyncDisposable & {
  /** How they are counted; null where they are not. */
  readonly how: HowCounted | null
  /** Returns how many milliseconds it takes to count the places once more, after each cycle. */
  readonly beforeLoad: () => Promise<number>
  /** Counting after each cycle shows under which cycle's load a place was lost. Returns how many the pool has in all, where this has told it; else null. */
  readonly afterCycle: (dose: Pick<Dose, 'cycle' | 'role'>) => Promise<number | null>
  readonly afterLoad: () => Promise<void>
  /** What a collection gives back had been lost until then. */
  readonly afterCollection: () => Promise<void>
  /** Holds one of the places that are left, then half of them, then one again, then none, and counts each time: it must show that lost places would have been noticed. */
  readonly control: () => Promise<void>
  /** How many requests of the harness still wait for a place. Disposal hangs up on them. */
  readonly waiting: () => number
}

export type PlacesOptions = {
  readonly scenario: Scenario
  readonly plan: Plan
  readonly baseUrl: string
  readonly database: Pick<Stack['database'], 'adminUri' | 'appUri'>
  /** How many sessions the application has. */
  readonly sessions: () => number
  readonly record: (happening: Capacity | Blind) => void
  readonly signal: AbortSignal
}

/** Counts the places of the application's pool at the moments of a run that need to know: by the request that the target names, else by one of the load's that reads a table. */
export async function openPlaces({ scenario, plan, baseUrl, database, sessions, record, signal }: PlacesOptions): Promise<Places> {
  const { target } = scenario
  const { capacity, limits = {} } = target
  const { poolMaxPerProcess, workers = 1 } = limits
  // Without a pool there is nothing to count.
  if (capacity === undefined && workers === 0) return uncounted
  const paths = capacity === undefined ? pathsOf(scenario) : [capacity.path]
  const askBehind = () => askBehindLocks({ urls: paths.map((path) => (nth) => baseUrl + path.replaceAll('{n}', `${nth}`)), database, signal })
  const asker = capacity?.holdsMs === undefined ? await askBehind().catch(unlessNamed(capacity, signal)) : askByHolding({ url: baseUrl + capacity.path, holdsMs: capacity.holdsMs, signal })
  if (asker === null) return uncounted
  const declared = poolMaxPerProcess === undefined ? null : Math.min(mostAtOnce, poolMaxPerProcess * Math.max(1, workers))
  const asking = { collects: target.collectPath !== undefined, record, signal }
  const places = capacity === undefined ? placesUnasked(asker, { ...asking, sessions, most: declared ?? mostUnasked(plan, target) }) : placesBy(asker, { ...asking, most: declared ?? plan.concurrency })
  return { ...places, how: { paths, heldBy: capacity?.holdsMs === undefined ? 'locks' : 'request', chosenBy: capacity === undefined ? 'harness' : 'scenario' } }
}

/** What nobody has asked for may fail. */
const unlessNamed = (capacity: Target['capacity'], signal: AbortSignal) => (error: unknown) => {
  signal.throwIfAborted()
  if (capacity !== undefined) throw error
  return null
}

/** Where nobody has said how many places there are: more than pools usually have, and no more than the server has room for. */
const mostUnasked = ({ concurrency }: Plan, { maxConnections = defaultMaxConnections }: Target): number => Math.min(mostAtOnce, 4 * concurrency, Math.floor(maxConnections / 2))

/** Requests that may be asked for without being named: those which the load sends most often first. None that changes something, or that is expected to fail. */
function pathsOf({ target, load }: Scenario): readonly string[] {
  const routes = load.kind === 'routes' ? load.routes.filter(({ method = 'GET', expect }) => method === 'GET' && (expect?.status ?? 200) < 400).toSorted((a, b) => (b.weight ?? 1) - (a.weight ?? 1)) : []
  return [...new Set([...routes.map(({ path }) => path), target.otherPath ?? target.readyPath])]
}

type Asking = {
  /** How many places are asked for at most. */
  readonly most: number
  /** A collection follows the reading after the load. */
  readonly collects: boolean
  readonly record: (happening: Capacity | Blind) => void
  readonly signal: AbortSignal
}

/** By a request that the target names: also after each cycle. */
export function placesBy(asker: Asker, asking: Asking): Omit<Places, 'how'> {
  const { most } = asking
  const { count, told, seeing, known, ...later } = readingsOf(asker, asking, { isSparing: false })
  return {
    ...later,
    beforeLoad: async () => {
      let askingMs = 0
      await seeing(async () => {
        const first = await count({})
        told({ kind: 'capacity', when: 'before-load', ...first })
        // The first requests to an application that has just started may take longer than all others.
        const beganMs = performance.now()
        const reading = await count({ from: known() })
        told({ kind: 'capacity', when: 'before-load', ...reading }, known())
        askingMs = (performance.now() - beganMs) / reading.tries.length
        // One try alone may find too many (verdict/places.ts).
        if (reading.parallel > first.parallel) told({ kind: 'capacity', when: 'before-load', ...(await count({ from: known() })) }, known())
      })
      return askingMs
    },
    afterCycle: async ({ cycle }) => {
      await seeing(async () => {
        // Where no place is left none can be lost, and each request would wait until it is given up.
        if (known() === 0) return
        // The first load has made the pool open all that it has: if that is more than was found before it, this must find it.
        told({ kind: 'capacity', when: 'after-cycle', cycle, ...(await count({ from: known(), enough: cycle === 0 ? most : known() })) })
      })
      return null
    },
  }
}

/**
 * By a request of the load: sparingly, since it may be one that leaks. After each warm-up, so that the baseline learns how many sessions rest once the pool has opened all that it has, and after the load. Nothing
 * is counted where no session rests: there is no pool.
 */
export function placesUnasked(asker: Asker, { sessions, record, ...asking }: Asking & { readonly sessions: () => number }): Omit<Places, 'how'> {
  const { most } = asking
  // That it cannot be done is no blindness: nobody has asked for it.
  const recordReadings: Asking['record'] = (happening) => (happening.kind === 'capacity' ? record(happening) : undefined)
  const { count, told, seeing, known, ...later } = readingsOf(asker, { ...asking, record: recordReadings }, { isSparing: true })
  const ifKnown = (work: () => Promise<void>) => async (): Promise<void> => (known() === 0 ? undefined : work())
  return {
    ...later,
    beforeLoad: async () => 0,
    afterCycle: async ({ role }) => {
      let all: number | null = null
      await seeing(async () => {
        if (role !== 'warm-up' || sessions() === 0) return
        const reading = await count({ from: Math.min(most, sessions()) })
        told({ kind: 'capacity', when: 'before-load', ...reading })
        if (reading.parallel > 0 && reading.parallel < most) all = reading.parallel
      })
      return all
    },
    afterLoad: ifKnown(later.afterLoad),
    afterCollection: ifKnown(later.afterCollection),
    control: ifKnown(later.control),
  }
}

/** What both ways have in common. Once a counting has failed, as when the harness has lost its session, it is blind, and counts no more. `isSparing`: after the load no more is asked for than there was before it. */
function readingsOf(asker: Asker, { most, collects, record, signal }: Asking, { isSparing }: { readonly isSparing: boolean }) {
  const count = (how: Omit<Counting, 'most'>) => countPlaces(asker.send, { most, ...how })
  let [before, places, isBlind] = [0, 0, false]
  const enough = () => (isSparing ? before : most)
  const sinceLoad: Capacity[] = []
  /** Records a reading. `atLeast`: what the reading before found, where no load came in between: those places are still there, whatever this one found. */
  const told = (happening: Capacity, atLeast = 0): void => {
    places = Math.max(atLeast, happening.parallel)
    if (happening.when === 'before-load') before = Math.max(before, places)
    if (happening.when === 'before-load' || happening.when === 'after-cycle') sinceLoad.length = 0
    else sinceLoad.push(happening)
    record(happening)
  }
  const seeing = async (work: () => Promise<void>): Promise<void> => {
    if (isBlind) return
    try {
      await work()
    } catch (error) {
      signal.throwIfAborted()
      isBlind = true
      record(blindOf('places', error))
    }
  }
  return {
    count,
    told,
    seeing,
    /** How many places the last reading left. */
    known: () => places,
    afterLoad: () =>
      seeing(async () => {
        told({ kind: 'capacity', when: 'after-load', ...(await count({ from: places, enough: enough() })) })
        // A place that is missing once may only have been slow; and after a collection it cannot be asked for again.
        if (places > 0 && places < before && collects) told({ kind: 'capacity', when: 'after-load', ...(await count({ from: places })) }, places)
      }),
    afterCollection: () => seeing(async () => told({ kind: 'capacity', when: 'after-collection', ...(await count({ from: places, enough: enough() })) }, places)),
    control: () =>
      seeing(async () => {
        for (const held of heldOf(places)) told({ kind: 'capacity', when: 'places-held', held, ...(await countBeside(asker.send, { held, places })) }, places)
        const { tries, exact } = agreementOf(sinceLoad, places)
        // Also where no place is left to hold: it counts once more those that are missing.
        record({ kind: 'capacity', when: 'places-released', ...(await count({ from: places, enough: enough(), isUneven: exact < tries })) })
      }),
    waiting: asker.waiting,
    [Symbol.asyncDispose]: () => asker[Symbol.asyncDispose](),
  }
}

/** How many places the control holds, one time after the other. A busy moment may make one or two answers late, as a held place does; but hardly again and again, and hardly exactly half of them. */
const heldOf = (places: number): readonly number[] => (places === 0 ? [] : [1, Math.ceil(places / 2), 1])

const nothing = (): Promise<void> => Promise.resolve()

const uncounted: Places = { how: null, beforeLoad: async () => 0, afterCycle: async () => null, afterLoad: nothing, afterCollection: nothing, control: nothing, waiting: () => 0, [Symbol.asyncDispose]: nothing }
