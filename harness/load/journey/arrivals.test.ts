import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkpointsOf, momentsOf } from './arrivals.ts'
import type { Arrivals } from '../../scenario/model.ts'

const momentsIn = (arrivals: Arrivals, visits: number, { seed = 1, firstRequest = 0, dose = visits } = {}) => {
  const at = momentsOf(arrivals, { seed, firstRequest, dose, visits }, checkpointsOf(visits, arrivals, { seed, firstRequest }))
  return Array.from({ length: visits }, (_, i) => at(i))
}

const anyArrivals = fc.record<Arrivals>({ perSecond: fc.double({ min: 0.1, max: 5_000, noNaN: true }), spacing: fc.constantFrom('poisson', 'even'), rampMs: fc.nat(60_000) })

describe('arrivals', () => {
  test('never go back in time, and the first is not before the beginning', () => {
    fc.assert(
      fc.property(anyArrivals, fc.integer({ min: 1, max: 400 }), fc.nat(), (arrivals, visits, seed) => {
        const moments = momentsIn(arrivals, visits, { seed })
        expect(moments[0]).toBeGreaterThanOrEqual(0)
        for (const [i, moment] of moments.entries()) expect(moment).toBeGreaterThanOrEqual(moments[i - 1] ?? 0)
      }),
    )
  })

  test('are the same for a user who takes only some of the visits', () => {
    fc.assert(
      fc.property(anyArrivals, fc.integer({ min: 1, max: 500 }), fc.nat(), fc.nat(100_000), fc.array(fc.nat(499)), (arrivals, visits, seed, firstRequest, some) => {
        const whole = momentsIn(arrivals, visits, { seed, firstRequest })
        const at = momentsOf(arrivals, { seed, firstRequest, dose: visits, visits }, checkpointsOf(visits, arrivals, { seed, firstRequest }))
        for (const i of some.filter(one => one < visits)) expect(at(i)).toBeCloseTo(whole[i]!, 6)
      }),
    )
  })

  test('of a clock come at the rate, from the first moment on', () => {
    expect(momentsIn({ perSecond: 4, spacing: 'even' }, 5)).toEqual([0, 250, 500, 750, 1_000])
  })

  test('are of requests, as the dose is: where a visit sends four, one begins in four times as long', () => {
    expect(momentsIn({ perSecond: 4, spacing: 'even' }, 5, { dose: 20 })).toEqual([0, 1_000, 2_000, 3_000, 4_000])
    const [single, fourfold] = [momentsIn({ perSecond: 4 }, 50), momentsIn({ perSecond: 4 }, 50, { dose: 200 })]
    for (const [i, moment] of fourfold.entries()) expect(moment).toBeCloseTo(4 * single[i]!, 6)
  })

  test('ramp up linearly: half of the ramp is over when a quarter of its visits has come', () => {
    const moments = momentsIn({ perSecond: 10, spacing: 'even', rampMs: 8_000 }, 100)
    // In 8 s at half of the rate on average come 40.
    expect(moments[40]).toBeCloseTo(8_000)
    expect(moments[10]).toBeCloseTo(4_000)
    expect(moments[41]! - moments[40]!).toBeCloseTo(100)
  })

  test('of people are a Poisson process: gaps are exponential, and do not depend on the gap before', () => {
    const moments = momentsIn({ perSecond: 1_000 }, 100_000)
    const gaps = moments.slice(1).map((moment, i) => moment - moments[i]!)
    const mean = gaps.reduce((sum, one) => sum + one, 0) / gaps.length
    expect(mean).toBeCloseTo(1, 1)
    for (const times of [0.5, 1, 2, 4]) expect(gaps.filter(one => one > times).length / gaps.length).toBeCloseTo(Math.exp(-times), 2)
    const correlation = gaps.slice(1).reduce((sum, one, i) => sum + (one - mean) * (gaps[i]! - mean), 0) / gaps.length
    expect(Math.abs(correlation)).toBeLessThan(0.02)
  })
})
