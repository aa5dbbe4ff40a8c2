import fc from 'fast-check'
import { expect, test } from 'vitest'
import { waiting } from './waiting.ts'

const beganMs = 1_800_000_000_000
const hourMs = 3_600_000

/** One user with a visit each second that takes 300 ms. `stepsMs`: by how much the clock is set at which true moments; `oversleeps`: how long after its end a sleep wakes its user. */
const latenessOf = (visits: number, { stepsMs = [], oversleepsMs = () => 0 }: { readonly stepsMs?: readonly (readonly [atMs: number, byMs: number])[]; readonly oversleepsMs?: (nth: number) => number } = {}) => {
  let trueMs = 0
  let sleeps = 0
  const wait = waiting({ nowMs: () => Math.floor(beganMs + trueMs + stepsMs.reduce((sum, [atMs, byMs]) => sum + (trueMs >= atMs ? byMs : 0), 0)), sleepMs: ms => void (trueMs += ms + oversleepsMs(sleeps++)) }, 5_000)
  return Array.from({ length: visits }, (_, i) => {
    const toldMs = wait(beganMs + 50.5 + i * 1_000)
    const wentMs = trueMs
    trueMs += 300
    return { toldMs, afterMs: wentMs - 50.5 - i * 1_000 }
  })
}

test('each moment is waited for, and none is late', () => {
  for (const { toldMs, afterMs } of latenessOf(5)) {
    expect(toldMs).toBe(0)
    expect(afterMs).toBeGreaterThanOrEqual(0)
    expect(afterMs).toBeLessThan(1)
  }
})

test('who oversleeps is late by so much, and the next is not', () => {
  const told = latenessOf(6, { oversleepsMs: nth => (nth === 2 ? 30_000 : 0) })
  expect(told.map(({ afterMs }) => Math.floor(afterMs))).toEqual([0, 0, 30_000, 29_300, 28_600, 27_900])
  for (const { toldMs, afterMs } of told) expect(Math.abs(toldMs - afterMs)).toBeLessThanOrEqual(1)
})

test.each([
  ['ahead by an hour, as it sleeps', hourMs, 2_500, 1],
  ['back by an hour, as it sleeps', -hourMs, 2_500, 1],
  ['back by half a second, as it sleeps', -500, 2_500, 1],
  ['ahead by an hour, while a visit is at work', hourMs, 2_200, 301],
  ['back by an hour, while a visit is at work', -hourMs, 2_200, 301],
])('a clock that is set %s loses no moment: the visits after it come in time, or later by no more than the visit took', (_, byMs, atMs, mostMs) => {
  for (const { toldMs, afterMs } of latenessOf(10, { stepsMs: [[atMs, byMs]] })) {
    expect(afterMs).toBeGreaterThanOrEqual(-1)
    expect(afterMs).toBeLessThanOrEqual(mostMs)
    expect(toldMs).toBeLessThanOrEqual(1)
  }
})

test('a clock that is set forward by less than shows makes late those moments that it leaps over, and none goes before its time by more', () => {
  const told = latenessOf(10, { stepsMs: [[2_500, 5_000]] })
  expect(told[3]!.toldMs).toBeGreaterThan(3_000)
  for (const { afterMs } of told) expect(afterMs).toBeGreaterThanOrEqual(-5_000)
})

test('however often and wherever it is set by hours, no visit comes more than the visits at work before its time, or is waited for in vain', () => {
  const steps = fc.array(fc.tuple(fc.integer({ min: 100, max: 9_000 }), fc.integer({ min: 1, max: 24 }).map(hours => hours * hourMs).chain(ms => fc.constantFrom(ms, -ms))), { maxLength: 4 })
  fc.assert(
    fc.property(steps, stepsMs => {
      for (const { afterMs } of latenessOf(10, { stepsMs })) {
        expect(afterMs).toBeGreaterThanOrEqual(-1)
        expect(afterMs).toBeLessThanOrEqual(300 * stepsMs.length + 1)
      }
    }),
  )
})
