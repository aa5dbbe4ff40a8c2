import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ranked } from './ranked.ts'

test('each rank has the value that it has in order, however often it is asked', () => {
  const numbers = fc.array(fc.oneof(fc.integer({ min: -3, max: 3 }), fc.double({ noNaN: true })), { minLength: 1, maxLength: 60 })
  fc.assert(
    fc.property(numbers, fc.array(fc.nat({ max: 59 }), { minLength: 1, maxLength: 5 }), (given, ranks) => {
      const [values, sorted] = [Float64Array.from(given), Float64Array.from(given).sort()]
      // 0 and -0 are one rank.
      for (const rank of ranks.map((one) => one % given.length)) expect(ranked(values, rank) + 0).toBe((sorted[rank] ?? 0) + 0)
    }),
  )
})

test('of nothing there is none', () => {
  expect(ranked(new Float64Array(0), 0)).toBeNaN()
})
