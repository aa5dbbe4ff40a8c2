import type { Capacity, Happening } from '../timeline/entry.ts'
import { agree, agreementRule, type AgreementRule, agreementSinceLoad, misreadPlaces, placesOf } from '../verdict/places.ts'
import type { At } from './beings.ts'
import { type Curve, type Group, type GroupCell, look } from './curve.ts'
import type { Random } from './random.ts'
import type { World } from './world.ts'

const curveOf = (number: keyof AgreementRule, name: string, values: readonly number[]): Curve => ({
  name,
  inUse: agreementRule[number],
  values,
  says: (timeline, value) => placesOf(timeline).lostIn.length > misreadPlaces(timeline) && agree(agreementSinceLoad(timeline), { ...agreementRule, [number]: value }),
})

const behind = (late: number, lost: number): GroupCell => ({
  ...look('', ({ fraction, between }) => asked({ fraction, between }, late, lost)),
  cell: `${lost > 0 ? `leaking: ${lost} of the places lost` : 'healthy: a whole pool'}, ${100 * late} % of the answers late`,
  share: 1 / 200,
})

/** Places of a pool whose answers come late by chance, as behind a slow database: a try then finds fewer than there are, whether some are lost or not. */
export const places: Group = {
  name: 'places',
  curves: [
    curveOf('all', 'lost places told once so many tries all find the same', [2, 4, 6, 8, 10, 12]),
    curveOf('most', 'lost places told once most of so many tries find the same', [6, 10, 14, 18]),
    curveOf('share', 'lost places told once such a share of many tries finds the same', [0.3, 0.5, 0.6, 0.7, 0.8, 0.9]),
  ],
  cells: [...[0.01, 0.05, 0.1, 0.2].map((late) => behind(late, 0)), ...[0.01, 0.05, 0.1].map((late) => behind(late, 2))],
}

/** The readings of a run, in the order in which they are made: twice before the load, after it, with one place held, and with none. */
function asked(random: Pick<Random, 'fraction' | 'between'>, late: number, lost: number): World {
  const size = random.between(6, 16)
  let known = 1
  const read = (when: 'before-load' | 'after-load' | 'places-released', there: number): Capacity => {
    const reading = readingOf(random, { most: size, there, from: known, late })
    known = when === 'before-load' ? Math.max(known, reading.parallel) : reading.parallel
    return { kind: 'capacity', when, ...reading }
  }
  const held = (there: number): Capacity => {
    const tries = Array.from({ length: 3 }, () => foundOf(random, there - 1, late))
    return { kind: 'capacity', when: 'places-held', held: 1, asked: there, parallel: Math.max(...tries), tries, sent: tries.map(() => there + 1) }
  }
  const at = (capacities: readonly Capacity[], fromMs: number): readonly (Happening & At)[] => capacities.map((capacity, i) => ({ ...capacity, atMs: fromMs + i }))
  return {
    limits: { workers: 1 },
    happenings: ({ cycle, startMs, endMs }) => {
      if (cycle === 0) return at([read('before-load', size), read('before-load', size)], startMs - 100)
      return cycle === lastCycle ? at([read('after-load', size - lost), held(known), read('places-released', size - lost)], endMs + 1) : []
    },
  }
}

/** Two of warm-up, three of baseline, five measured. */
const lastCycle = 9

/** Makes a reading as harness/experiment/count-places.ts does: each try asks for one place more than was found, until three tries in a row, or nine where they differ, have found no more. */
function readingOf(random: Pick<Random, 'fraction'>, { most, there, from, late }: { readonly most: number; readonly there: number; readonly from: number; readonly late: number }): Pick<Capacity, 'asked' | 'parallel' | 'tries' | 'sent'> {
  const [tries, sent]: [number[], number[]] = [[], []]
  for (let [found, sinceMore, uneven, asking] = [0, 0, false, Math.min(from, most)]; tries.length < 20; asking = Math.min(most, found + 1)) {
    const now = foundOf(random, Math.min(asking, there), late)
    tries.push(now)
    sent.push(asking)
    uneven ||= now < Math.min(asking, found)
    if (now > found) [found, sinceMore] = [now, 0]
    if (now < asking) sinceMore += 1
    if (found >= most || sinceMore >= (uneven ? 9 : 3)) break
  }
  return { asked: most, parallel: Math.max(...tries), tries, sent }
}

/** How many of these answers are not late. */
const foundOf = ({ fraction }: Pick<Random, 'fraction'>, answers: number, late: number): number => Array.from({ length: answers }, fraction).filter((chance) => chance >= late).length
