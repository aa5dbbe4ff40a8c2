import { describe, expect, test } from 'vitest'
import held from '../invariants/held-places-are-missed.ts'
import lost from '../invariants/no-place-of-the-pool-is-lost.ts'
import { randomOf } from '../simulator/random.ts'
import { startOf, timelineOf } from '../testing/timeline-of.ts'
import type { Blind, Capacity } from '../timeline/entry.ts'
import type { Stamped } from '../timeline/timeline.ts'
import { judge } from '../verdict/judge.ts'
import type { Send } from './count-places.ts'
import { placesBy, placesUnasked } from './places.ts'

const most = 10

type Pool = {
  /** Places that are there after so many cycles; `collected` after a collection. */
  readonly after: (cycle: number) => number
  readonly collected?: number
  /** Of so many requests that find a place so many are answered late. */
  readonly late?: (served: number) => number
  /** The request takes no place. */
  readonly isBlind?: boolean
  /** The harness has chosen the request. */
  readonly isChosen?: boolean
}

/** What a run of eight cycles makes of a pool: its readings, and its verdict. */
async function runOf({ after, collected, late = () => 0, isBlind = false, isChosen = false }: Pool) {
  const readings: Stamped<Capacity>[] = []
  let sent = 0
  let [places, atMs] = [after(-1), 100]
  const send: Send = async (requests) => {
    sent += requests
    const served = isBlind ? requests : Math.min(places, requests)
    return { atOnce: Math.max(Math.min(1, served), served - late(served)), declined: 0, inVain: served === 0 }
  }
  const asker = { send, waiting: () => 0, [Symbol.asyncDispose]: async () => {} }
  const asking = { most, collects: collected !== undefined, record: (happening: Capacity | Blind) => void (happening.kind === 'capacity' && readings.push({ ...happening, atMs: atMs++ })), signal: new AbortController().signal }
  const asked = isChosen ? placesUnasked(asker, { ...asking, sessions: () => most }) : placesBy(asker, asking)
  await asked.beforeLoad()
  for (let cycle = 0; cycle < 8; cycle += 1) {
    places = after(cycle)
    atMs = startOf(cycle + 1) - 300
    await asked.afterCycle({ cycle, role: cycle < 2 ? 'warm-up' : 'measured' })
  }
  await asked.afterLoad()
  if (collected !== undefined) {
    places = collected
    await asked.afterCollection()
  }
  await asked.control()
  const { facts, ...timeline } = { ...timelineOf({ limits: { poolMaxPerProcess: most, workers: 1 } }), capacities: readings }
  const capacity = { paths: ['/'], heldBy: 'locks', chosenBy: isChosen ? 'harness' : 'scenario' } as const
  return { sent, readings: readings.map(({ when, parallel }) => `${when} ${parallel}`), ...judge({ ...timeline, facts: { ...facts, capacity } }, [lost, held]) }
}

const whole = { after: () => 10 }
const lossy = (n: number): Pool => ({ after: (cycle) => (cycle < 5 ? 10 : 10 - n) })

test('a pool is asked before the load, cold and warm, after each cycle, after the load and at its control', async () => {
  const { readings } = await runOf(lossy(2))
  expect(readings).toEqual(['before-load 10', 'before-load 10', ...Array<string>(5).fill('after-cycle 10'), ...Array<string>(3).fill('after-cycle 8'), 'after-load 8', 'places-held 7', 'places-held 4', 'places-held 7', 'places-released 8'])
})

test('what a cold application shows at its second asking alone is asked for once more: one try may find too many', async () => {
  let asked = 0
  const { readings, verdict } = await runOf({ ...lossy(2), late: (served) => ((asked += 1) <= 4 ? served : 0) })
  expect(readings.slice(0, 4)).toEqual(['before-load 1', 'before-load 10', 'before-load 10', 'after-cycle 10'])
  expect(verdict).toBe('leak')
})

test('what is missing before a collection is asked for twice, and once after it', async () => {
  const { readings, heal } = await runOf({ ...lossy(3), collected: 9 })
  expect(readings.slice(-7)).toEqual(['after-load 7', 'after-load 7', 'after-collection 9', 'places-held 8', 'places-held 4', 'places-held 8', 'places-released 9'])
  expect(heal).toBe('permanent')
  expect((await runOf({ ...lossy(3), collected: 10 })).heal).toBe('at collection')
})

test('by a request that nobody has named a pool is asked sparingly: after each warm-up, after the load and at its control', async () => {
  expect((await runOf({ ...whole, isChosen: true })).readings).toEqual(['before-load 10', 'before-load 10', 'after-load 10', 'places-held 9', 'places-held 5', 'places-held 9', 'places-released 10'])
  // Of a pool that has fewer places than could be asked for, whoever finds after the load what there was before does not look for more.
  const smaller = { after: () => 8 }
  expect((await runOf({ ...smaller, isChosen: true })).sent).toBeLessThan(0.4 * (await runOf(smaller)).sent)
  const { readings } = await runOf({ ...lossy(2), isChosen: true })
  expect(readings).toEqual(['before-load 10', 'before-load 10', 'after-load 8', 'places-held 7', 'places-held 4', 'places-held 7', 'places-released 8'])
})

test('a counting that fails is blindness, told once, and nothing is counted any more', async () => {
  const told: (Capacity | Blind)[] = []
  const asked = placesBy({ send: () => Promise.reject(new Error('the session was lost')), waiting: () => 0, [Symbol.asyncDispose]: async () => {} }, { most, collects: false, record: (one) => void told.push(one), signal: new AbortController().signal })
  await asked.beforeLoad()
  await asked.afterLoad()
  await asked.control()
  expect(told).toEqual([{ kind: 'blind', probe: 'places', reason: 'the session was lost' }])
})

test.each<[string, Pool, string]>([
  ['a whole pool', whole, 'pass'],
  ['one place lost', lossy(1), 'leak'],
  ['all but one', lossy(9), 'leak'],
  ['all', lossy(10), 'leak'],
  ['never any', { after: () => 0 }, 'inconclusive'],
  ['a request that takes no place', { ...lossy(3), isBlind: true }, 'inconclusive'],
  ['a pool of one, and a request that takes no place of it', { after: () => 1, isBlind: true }, 'inconclusive'],
])('%s', async (_, pool, verdict) => expect((await runOf(pool)).verdict).toBe(verdict))

describe('answers that come late by chance', () => {
  /** Of 300 runs, so many with each verdict. Each answer is late by `each`, or by `moment` some number of a try's. */
  const verdictsOf = async (pool: Pool, { each = 0, moment = 0 }: { readonly each?: number; readonly moment?: number }) => {
    const verdicts: Record<string, number> = { pass: 0, leak: 0, inconclusive: 0 }
    for (let nth = 0; nth < 300; nth += 1) {
      const random = randomOf(7, nth)
      const late = (served: number): number => (random.chance(moment) ? random.between(0, served) : Array.from({ length: served }, () => random.chance(each)).filter(Boolean).length)
      const { verdict } = await runOf({ ...pool, late })
      verdicts[verdict] = (verdicts[verdict] ?? 0) + 1
    }
    return verdicts
  }

  test.each([{ each: 0.02 }, { each: 0.05 }, { each: 0.1 }, { each: 0.3 }, { moment: 0.1 }, { moment: 0.5 }])('blame no whole pool: %j', async (chance) => {
    // One in 150 is what eight tries in a row that agree by chance come to, at their worst.
    expect((await verdictsOf(whole, chance))['leak']).toBeLessThanOrEqual(2)
  }, 60_000)

  test.each([{ each: 0.02 }, { moment: 0.1 }])('hide no lost place: %j', async (chance) => {
    const { leak, pass } = await verdictsOf(lossy(1), chance)
    expect([leak, pass]).toEqual([expect.toSatisfy((n: number) => n > 270), 0])
  }, 60_000)

  test.each([[{ each: 0.02 }, 0], [{ each: 0.1 }, 0], [{ moment: 0.1 }, 0], [{ moment: 0.5 }, 0]])('pass no request that takes no place: %j', async (chance, most) => {
    expect((await verdictsOf({ ...lossy(2), isBlind: true }, chance))['pass']).toBeLessThanOrEqual(most)
  }, 60_000)
})
