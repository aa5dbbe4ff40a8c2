import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { countBeside, countPlaces, type Send } from './count-places.ts'

/** A pool of so many places, on a machine that is never busy. */
const poolOf = (places: number): Send => async (requests) => ({ atOnce: Math.min(places, requests), declined: 0, inVain: places === 0 })

/** The same, and what it was asked for at once. */
function watched(send: Send) {
  const asked: number[] = []
  return { asked, send: (requests: number) => (asked.push(requests), send(requests)) }
}

/** On a busy machine some wait that need not: by one number for each try, and then by none. */
const busy = (send: Send, late: readonly number[]): Send => {
  const left = [...late]
  return async (requests) => {
    const wave = await send(requests)
    return { ...wave, atOnce: Math.max(0, wave.atOnce - (left.shift() ?? 0)) }
  }
}

test.each([
  ['a pool that is not known is doubled up to what may be asked for', { places: 10, most: 10 }, [1, 2, 4, 8, 10], 10],
  ['a smaller one until somebody waits, and then one more than were found is asked for until that is certain', { places: 5, most: 10 }, [1, 2, 4, 8, 6, 6], 5],
  ['one that is whole is asked once: nobody waits', { places: 10, most: 10, from: 10 }, [10], 10],
  ['one that has lost places and no more of them is asked once: nobody waits', { places: 7, most: 10, from: 7, enough: 7 }, [7], 7],
  ['one that has lost more is asked for one more than it has left', { places: 5, most: 10, from: 7, enough: 7 }, [7, 6, 6], 5],
  ['one that has got some back is found larger', { places: 9, most: 10, from: 7 }, [7, 8, 10, 10, 10], 9],
  ['one without any place is asked once: who waits there waits on', { places: 0, most: 10, from: 7 }, [7], 0],
])('%s', async (_, { places, ...how }, asked, found) => {
  const pool = watched(poolOf(places))
  expect((await countPlaces(pool.send, how)).parallel).toBe(found)
  expect(pool.asked).toEqual(asked)
})

test('a pool that fills by one session with each try is asked until it is full', async () => {
  let open = 1
  const filling: Send = async (requests) => ({ atOnce: Math.min(open++, requests, 6), declined: 0, inVain: false })
  expect(await countPlaces(filling, { most: 6, from: 6 })).toEqual({ asked: 6, parallel: 6, tries: [1, 2, 3, 4, 5, 6], sent: [6, 2, 4, 4, 6, 6] })
})

test('requests that are turned away before they ask for a place are counted as such', async () => {
  const limited: Send = async (requests) => ({ atOnce: 0, declined: requests, inVain: false })
  expect(await countPlaces(limited, { most: 6, from: 6 })).toEqual({ asked: 6, parallel: 0, tries: [0, 0, 0], sent: [6, 1, 1], declined: 6 })
})

const pools = fc.record({ places: fc.integer({ min: 1, max: 60 }), most: fc.integer({ min: 1, max: 60 }), from: fc.integer({ min: 0, max: 60 }) })

describe('whatever the pool, and whatever is known of it', () => {
  test('its places are counted exactly, up to what may be asked for', () =>
    fc.assert(
      fc.asyncProperty(pools, async ({ places, ...how }) => {
        expect((await countPlaces(poolOf(places), how)).parallel).toBe(Math.min(places, how.most))
      }),
    ))

  test('a busy machine never makes it larger, and makes it no smaller unless three tries in a row were late', () =>
    fc.assert(
      fc.asyncProperty(pools, fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 8 }), async ({ places, ...how }, late) => {
        const { parallel } = await countPlaces(busy(poolOf(places), late), how)
        const isUnlucky = late.some((_, i) => late.slice(i, i + 3).filter((n) => n > 0).length === 3)
        expect(parallel).toBeLessThanOrEqual(places)
        expect(parallel).toBeGreaterThanOrEqual(isUnlucky ? 0 : Math.min(places, how.most))
      }),
    ))

  test('where no more have gone than stayed, nobody waits for longer than one turn', () =>
    fc.assert(
      fc.asyncProperty(pools, async ({ places, from, most }) => {
        const pool = watched(poolOf(places))
        await countPlaces(pool.send, { most, from: Math.min(from, 2 * places) })
        for (const asked of pool.asked) expect(asked).toBeLessThanOrEqual(2 * places)
      }),
    ))
})

test('where some find a place now and not the next time, one more is asked for until it has been missed nine times', async () => {
  const { parallel, tries } = await countPlaces(busy(poolOf(5), [0, 0, 0, 0, 1]), { most: 10 })
  expect([parallel, tries]).toEqual([5, [1, 2, 4, 5, 4, ...Array<number>(7).fill(5)]])
})

test('places that the harness holds are missed, exactly so many', async () => {
  expect(await countBeside(poolOf(6), { held: 2, places: 6 })).toEqual({ asked: 6, parallel: 4, tries: [4], sent: [8] })
  expect(await countBeside(busy(poolOf(6), [1, 3]), { held: 2, places: 6 })).toEqual({ asked: 6, parallel: 4, tries: [3, 1, 4], sent: [8, 8, 8] })
  expect(await countBeside(poolOf(1), { held: 1, places: 1 })).toEqual({ asked: 1, parallel: 0, tries: [0], sent: [2] })
})

test('a request that takes no place is found out by the first try that was not late: as many are found as ever', async () => {
  expect(await countBeside(poolOf(100), { held: 2, places: 6 })).toEqual({ asked: 6, parallel: 6, tries: [6], sent: [8] })
  expect(await countBeside(busy(poolOf(100), [3]), { held: 2, places: 6 })).toEqual({ asked: 6, parallel: 6, tries: [3, 6], sent: [8, 8] })
})
