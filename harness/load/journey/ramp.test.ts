import fc from 'fast-check'
import { expect, test } from 'vitest'
import { comesAfterMs } from './ramp.ts'

test('five users over ten seconds come one each two seconds, the first at once', () => {
  expect([0, 1, 2, 3, 4].map(user => comesAfterMs(10_000, user, 5))).toEqual([0, 2_000, 4_000, 6_000, 8_000])
})

test('at each moment of a ramp as many users have come as it is far, to one', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 600_000 }), fc.integer({ min: 1, max: 1_000 }), fc.double({ min: 0, max: 0.999, noNaN: true }), (rampMs, users, far) => {
      const come = Array.from({ length: users }, (_, user) => comesAfterMs(rampMs, user, users)).filter(afterMs => afterMs <= far * rampMs).length
      expect(Math.abs(come - far * users)).toBeLessThanOrEqual(1 + 1e-9)
    }),
  )
})
