import type { Capacity } from '../timeline/entry.ts'

/** What became of requests for a place that were sent together. */
export type Wave = {
  /** How many found a place at once. The others waited for one, were turned away, or still wait. */
  readonly atOnce: number
  /** How many were answered by something in front of the pool: with a status of 400 to 499, or at once with 503; or, where a lock holds the places, with any below 500. */
  readonly declined: number
  /** Nobody was answered. */
  readonly inVain: boolean
}

/** Sends this many requests together, each of which takes a place for a while. */
export type Send = (requests: number) => Promise<Wave>

export type Reading = Pick<Capacity, 'asked' | 'parallel' | 'tries' | 'sent' | 'declined'>

/** A reading is settled after this many tries that found no further place: `uneven` where tries find now more and now fewer, as on a busy machine or behind a slow database. */
const settling = { even: 3, uneven: 9 }
/** A pool that opens one session after the other needs many: each try makes it open the sessions that the next one finds. */
const mostTries = 20

export type Counting = {
  readonly most: number
  /** How many places to ask for first; default 1. */
  readonly from?: number
  /** A reading of this many places, or more, needs no further try. Default: `most`. */
  readonly enough?: number
  /** Answers are known to come unevenly: try more often from the start. */
  readonly isUneven?: boolean
}

/**
 * How many places a pool has, up to `most`. Asks for as many as it is known to have, then for one more, two more, four more, until a request has to wait. So no request waits longer than until the
 * first of the others is done, and where no place is missing none waits at all. That matters: some pools lose a place when a waiting request is given up, by its client or by the pool.
 *
 * A busy machine makes healthy requests wait, but nothing makes a lost place answer. So the best try counts, and one place more than it found is asked for again before it is believed: a harness that
 * stood still as the first answers came may have missed that somebody waited. While tries find more, the pool is still opening sessions, and a reading says how fast it fills, not how many places it has.
 */
export async function countPlaces(send: Send, { most, from = 1, enough = most, isUneven = false }: Counting): Promise<Reading> {
  const waves: (Wave & { readonly sent: number })[] = []
  let [found, sinceMore, uneven] = [0, 0, isUneven]
  for (let [sent, more] = [Math.max(1, Math.min(from, most)), 0]; ; sent = Math.min(most, found + more)) {
    const wave = await send(sent)
    waves.push({ ...wave, sent })
    // A try that finds fewer, before the one that finds most, may only have met a pool that was still filling.
    uneven = wave.atOnce > found ? isUneven : uneven || wave.atOnce < Math.min(sent, found)
    if (wave.atOnce > found) [found, sinceMore] = [wave.atOnce, 0]
    const isShort = wave.atOnce < sent
    if (isShort) sinceMore += 1
    if (found >= enough || wave.inVain || sinceMore >= (uneven ? settling.uneven : settling.even) || waves.length >= mostTries) return readingOf(most, waves, 0)
    more = isShort ? 1 : Math.max(1, 2 * more)
  }
}

/**
 * How many of `places` are found while requests of the harness hold `held` of them: `held` requests more are sent, all together, and those that come first hold their places against the others. The first
 * try that finds what is left settles it, and so does one that finds more: a place that is held answers nobody else.
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
