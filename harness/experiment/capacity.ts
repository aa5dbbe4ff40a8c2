import { setTimeout as delay } from 'node:timers/promises'
import type { Plan } from '../scenario/scenario.ts'
import { visit } from '../stack/visit.ts'
import type { Capacity } from '../timeline/entry.ts'
import type { Limits } from '../timeline/facts.ts'
import { mostAtOnce } from './dose.ts'

const tries = 3
/** For a pool that opens a few sessions at a time: each try finds those that the ones before it made it open. */
const mostTries = 12
/** Beyond the time that its place is held: a request that waits for a place of another takes at least as long again. */
const waveShare = 0.6
/** So much of its hold earlier does a request come that holds a place against the others: they must find it held, and wait for it longer than `waveShare` allows. */
const leadShare = 0.15
const patienceMs = 3_000
const mostHeld = 2

/** How many requests are sent together: as many as the pools declare places, else as many as the load sends. */
export const placesDeclared = ({ concurrency }: Plan, { poolMaxPerProcess, workers }: Limits): number =>
  poolMaxPerProcess === undefined ? concurrency : Math.min(mostAtOnce, poolMaxPerProcess * Math.max(1, workers ?? 1))

/** How many of so many places the control holds: one must be left to answer, or there is nothing to measure a wait by. */
export const placesToHold = (places: number): number => Math.max(0, Math.min(mostHeld, places - 1))

/** One asking for the places of a pool, by requests that take one each for `holdsMs`. */
export type Asking = {
  readonly url: string
  readonly holdsMs: number
  /** Requests sent together. */
  readonly asked: number
  /** Places that requests of our own hold meanwhile; default 0. */
  readonly held?: number
  /** A reading that needs no further try: so many places, or more; where some are held, exactly so many. Default all that are asked for. */
  readonly known?: number
  readonly signal: AbortSignal
}

/**
 * Sends `asked` requests together, each of which takes a place for `holdsMs`, and counts those that did not have to wait for one. The best of three
 * tries: a busy machine makes healthy ones wait; nothing makes a lost place answer. As long as each try finds more than all before it the pool is still opening sessions, and
 * is asked again: a reading on the way says how quickly a pool fills, not how many places it has.
 */
export async function askForPlaces({ held = 0, known, ...asking }: Asking): Promise<Pick<Capacity, 'asked' | 'parallel' | 'tries' | 'declined'>> {
  const enough = known ?? asking.asked
  const isKnown = (places: number): boolean => (held > 0 ? places === enough : places >= enough)
  const counts: number[] = []
  let declined = 0
  const isRising = (): boolean => counts.length < mostTries && (counts.at(-1) ?? 0) > Math.max(0, ...counts.slice(0, -1))
  while ((counts.length < tries || isRising()) && !counts.some(isKnown)) {
    const wave = await inOneWave({ ...asking, held })
    counts.push(wave.places)
    declined = Math.max(declined, wave.declined)
  }
  return { asked: asking.asked, parallel: Math.max(...counts), tries: counts, ...(declined > 0 && { declined }) }
}

async function inOneWave({ url, holdsMs, asked, held, signal }: Omit<Asking, 'known'> & { readonly held: number }): Promise<{ readonly places: number; readonly declined: number }> {
  const patience = AbortSignal.any([signal, AbortSignal.timeout(2 * holdsMs + patienceMs)])
  const holding = Array.from({ length: held }, () => visit(url, patience).catch(() => null))
  // What is waited for is a part of their hold itself: that their place is theirs by then shows in the count.
  if (held > 0) await delay(leadShare * holdsMs, undefined, { signal })
  let declined = 0
  const took = await Promise.all(
    Array.from({ length: asked }, async () => {
      const beganMs = performance.now()
      const answer = await visit(url, patience).catch(() => null)
      if (answer !== null && answer.status >= 400 && answer.status < 500) declined++
      return answer !== null && answer.status < 400 ? performance.now() - beganMs : Number.POSITIVE_INFINITY
    }),
  )
  await Promise.all(holding)
  signal.throwIfAborted()
  // By the quickest of them, so that what the request costs beside its hold is not taken for a wait.
  const quickest = Math.min(...took)
  return { places: took.filter((ms) => ms < quickest + waveShare * holdsMs).length, declined }
}
