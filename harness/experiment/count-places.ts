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

export type Reading = Pick<Capacity, 'asked' | 'parallel' | 'tries' | 'sent' | 'declined'>

/** So many tries without a place more settle a reading; so many where they found now these and now fewer, as on a busy machine or behind a slow database. */
const settling = { even: 3, uneven: 9 }
/** For a pool that opens one session after another: each try finds those that the ones before it made it open. */
const mostTries = 20

export type Counting = {
  readonly most: number
  /** So many are asked for first; default 1. */
  readonly from?: number
  /** A reading that needs no further try: so many places, or more. Default all that may be asked for. */
  readonly enough?: number
  /** Asks more often from the start, as answers are known to come unevenly. */
  readonly isUneven?: boolean
}

/**
 * How many places a pool has, up to `most`: as many are asked for as it is known to have, then one more, two more, four more, until somebody has to wait. So nobody
 * waits longer than until the first of the others has gone, and where every place is there nobody waits at all: a request that is given up, by its client or by the
 * pool, is what loses a place of some.
 *
 * A busy machine makes healthy requests wait; nothing makes a lost place answer, and only a harness that is held up as the first answers come takes a wait for none. So the best try counts, and one more than it found is asked for again before it is believed. As long as
 * tries find more, the pool is still opening sessions: a reading on the way says how quickly it fills, not how many places it has.
 */
export async function countPlaces(send: Send, { most, from = 1, enough = most, isUneven = false }: Counting): Promise<Reading> {
  const waves: (Wave & { readonly sent: number })[] = []
  let [found, sinceMore, uneven] = [0, 0, isUneven]
  for (let [sent, more] = [Math.max(1, Math.min(from, most)), 0]; ; sent = Math.min(most, found + more)) {
    const wave = await send(sent)
    waves.push({ ...wave, sent })
    // What finds fewer before one that finds most may have met a pool that was filling.
    uneven = wave.atOnce > found ? isUneven : uneven || wave.atOnce < Math.min(sent, found)
    if (wave.atOnce > found) [found, sinceMore] = [wave.atOnce, 0]
    const isShort = wave.atOnce < sent
    if (isShort) sinceMore += 1
    if (found >= enough || wave.inVain || sinceMore >= (uneven ? settling.uneven : settling.even) || waves.length >= mostTries) return readingOf(most, waves, 0)
    more = isShort ? 1 : Math.max(1, 2 * more)
  }
}

/**
 * How many of `places` are found while requests of the harness hold `held` of them: so many more are sent, all together, and whichever of them come first hold theirs against the others. The first try that
 * finds exactly what is left settles it, and so does one that finds more: a place that is held answers nobody.
 */
export async function countBeside(send: Send, { held, places }: { readonly held: number; readonly places: number }): Promise<Reading> {
  const waves: (Wave & { readonly sent: number })[] = []
  while (waves.length < settling.even && !waves.some(({ atOnce }) => atOnce >= places)) waves.push({ ...(await send(places + held)), sent: places + held })
  return readingOf(places, waves, held)
}

function readingOf(asked: number, waves: readonly (Wave & { readonly sent: number })[], held: number): Reading {
  const tries = waves.map(({ atOnce }) => Math.max(0, atOnce - held))
  const declined = Math.max(...waves.map((wave) => wave.declined))
  return { asked, parallel: Math.max(...tries), tries, sent: waves.map(({ sent }) => sent), ...(declined > 0 && { declined }) }
}
