import type { Capacity } from '../timeline/entry.ts'

/** What came of requests for a place that were sent together. */
export type Wave = {
  /** So many found a place at once. The others waited for one, were turned away, or wait still. */
  readonly atOnce: number
  /** Of these so many were answered with a status of 400 to 499, or at once with 503: by something that stands before the pool. */
  readonly declined: number
  /** Nobody was answered. */
  readonly inVain: boolean
}

/** Sends so many requests together, each of which takes a place for a while. */
export type Send = (requests: number) => Promise<Wave>

export type Reading = Pick<Capacity, 'asked' | 'parallel' | 'tries' | 'declined'>

/** So many tries without a place more settle a reading. */
const settling = 3
/** For a pool that opens one session after another: each try finds those that the ones before it made it open. */
const mostTries = 20

/**
 * How many places a pool has, up to `most`: as many are asked for as it is known to have (`from`, default 1), then one more, two more, four more, until somebody has to wait. So nobody
 * waits longer than until the first of the others has gone, and where every place is there nobody waits at all: a request that is given up, by its client or by the
 * pool, is what loses a place of some.
 *
 * A busy machine makes healthy requests wait; nothing makes a lost place answer. So the best try counts, and one more than it found is asked for again before it is believed. As long as
 * tries find more, the pool is still opening sessions: a reading on the way says how quickly it fills, not how many places it has. `enough`: a reading that needs no further try.
 */
export async function countPlaces(send: Send, { most, from = 1, enough = most }: { readonly most: number; readonly from?: number; readonly enough?: number }): Promise<Reading> {
  const waves: Wave[] = []
  let [found, sinceMore] = [0, 0]
  for (let [asked, more] = [Math.max(1, Math.min(from, most)), 0]; ; asked = Math.min(most, found + more)) {
    const wave = await send(asked)
    waves.push(wave)
    if (wave.atOnce > found) [found, sinceMore] = [wave.atOnce, 0]
    const isShort = wave.atOnce < asked
    if (isShort) sinceMore += 1
    if (found >= enough || wave.inVain || sinceMore >= settling || waves.length >= mostTries) return readingOf(most, waves.map(({ atOnce }) => atOnce), waves)
    more = isShort ? 1 : Math.max(1, 2 * more)
  }
}

/**
 * How many of `places` are found while requests of the harness hold `held` of them: so many more are sent, all together, and whichever of them come first hold theirs against the others. The first try that
 * finds exactly what is left settles it, and so does one that finds more: a place that is held answers nobody.
 */
export async function countBeside(send: Send, { held, places }: { readonly held: number; readonly places: number }): Promise<Reading> {
  const waves: Wave[] = []
  const tries: number[] = []
  while (tries.length < settling && !tries.some((found) => found >= places - held)) {
    const wave = await send(places + held)
    waves.push(wave)
    tries.push(Math.max(0, wave.atOnce - held))
  }
  return readingOf(places, tries, waves)
}

function readingOf(asked: number, tries: readonly number[], waves: readonly Wave[]): Reading {
  const declined = Math.max(...waves.map((wave) => wave.declined))
  return { asked, parallel: Math.max(...tries), tries, ...(declined > 0 && { declined }) }
}
