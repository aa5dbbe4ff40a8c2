import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { claimText, durationMs, holds, parseClaim, spanText, type Claim } from './expression.ts'

const number = fc.oneof(fc.nat(100_000), fc.double({ min: 0, max: 1e6, noNaN: true }).map((value) => Math.round(value * 1e4) / 1e4))
const anyClaim: fc.Arbitrary<Claim> = fc.record({
  aggregation: fc.oneof(fc.constantFrom('avg', 'min', 'med', 'max', 'rate', 'count', 'value').map((kind) => ({ kind }) as const), fc.double({ min: 0, max: 100, noNaN: true }).map((percent) => ({ kind: 'p' as const, percent: Math.round(percent * 1e3) / 1e3 }))),
  operator: fc.constantFrom('<', '<=', '>', '>=', '==', '!='),
  value: number,
  span: fc.option(fc.record({ kind: fc.constantFrom('over', 'for'), ms: fc.integer({ min: 1, max: 9 * 3_600_000 }) })),
})

describe('a claim', () => {
  test('that is told is read again as it was', () => {
    fc.assert(fc.property(anyClaim, (claim) => {
      expect(parseClaim(claimText(claim))).toEqual(claim)
    }))
  })

  test('is read whatever blanks stand between its parts', () => {
    const blanks = fc.stringMatching(/^ {0,3}$/)
    fc.assert(
      fc.property(anyClaim, blanks, blanks, (claim, before, after) => {
        const spread = claimText(claim).replace(/<=|<|>=|>|==|!=/, (operator) => `${before}${operator}${after}`)
        expect(parseClaim(`${after}${spread}${before}`)).toEqual(claim)
      }),
    )
  })

  test('no text makes the parser throw', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[p(9) <>=0-9.avg overs]{0,20}$/)), (text) => {
      expect(() => parseClaim(text)).not.toThrow()
    }))
  })

  // https://grafana.com/docs/k6/latest/using-k6/thresholds/: every expression that its page on thresholds shows.
  test.each(['p(95)<500', 'p(90) < 400', 'p(95) < 800', 'p(99.9) < 2000', 'rate<0.01', 'rate < 0.01', 'rate>0.9', 'rate<=0.05', 'avg<200', 'med<200', 'max<2000', 'min>1', 'count<100', 'count>=2', 'value<4000', 'rate === 1', 'p(99)!=3'])('of k6 is one here: %s', (text) => {
    expect(parseClaim(text)).not.toHaveProperty('expected')
  })

  test.each([
    ['', 'an aggregation (avg, min, med, max, p(99), rate, count, value) at its end'],
    ['mean<3', 'an aggregation (avg, min, med, max, p(99), rate, count, value) at "mean<3"'],
    ['p99<400', 'a percentile from 0 to 100, as in p(99) at "99<400"'],
    ['p(101)<400', 'a percentile from 0 to 100, as in p(99) at "<400"'],
    ['avg 200', 'one of <, <=, >, >=, == and != at "200"'],
    ['avg<fast', 'a number at "fast"'],
    ['avg<', 'a number at its end'],
    ['avg<-3', 'a number at "-3"'],
    ['avg<200ms', 'the end, or a clause such as "over 60s" or "for 30s", at "ms"'],
    ['avg<1e3', 'the end, or a clause such as "over 60s" or "for 30s", at "e3"'],
    ['avg<200 over 60', 'a time such as 60s or 1m30s after "over", got "60"'],
    ['avg<200 over 0s', 'a time such as 60s or 1m30s after "over", got "0s"'],
    ['avg<200 over 60s please', 'the end, or a clause such as "over 60s" or "for 30s", at "please"'],
  ])('%j is none, and says where', (text, expected) => {
    expect(parseClaim(text)).toEqual({ expected })
  })
})

test.each([['60s', 60_000], ['1m30s', 90_000], ['500ms', 500], ['1h', 3_600_000], ['2.5s', 2_500], ['90', null], ['', null], ['5m5h', null], ['-1s', null]])('%j is %s ms', (text, ms) => {
  expect(durationMs(text)).toBe(ms)
})

test('a time that is told is read again', () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 1e9 }), (ms) => {
      expect(durationMs(spanText(ms))).toBe(ms)
    }))
})

test('each operator holds where a reader would say so, and nowhere else', () => {
  expect((['<', '<=', '>', '>=', '==', '!='] as const).map((operator) => [1, 2, 3].map((found) => holds(operator, found, 2)))).toEqual([
    [true, false, false],
    [true, true, false],
    [false, false, true],
    [false, true, true],
    [false, true, false],
    [true, false, true],
  ])
})
