import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeEnds, encodeEnds, type RequestEnd } from './ends.ts'

const anyEnd = fc.record({ outcome: fc.constantFrom<RequestEnd['outcome']>('counted', 'unexpected', 'timed-out', 'broken'), status: fc.constantFrom(0, 200, 404, 500), errorCode: fc.constantFrom(0, 1050, 1220) })

test('how requests ended is read back as it was written', () => {
  fc.assert(fc.property(fc.array(anyEnd, { maxLength: 40 }), (ends) => {
    expect(decodeEnds(encodeEnds(ends))).toEqual(ends)
  }))
})

test('a thousand that were answered alike take eight characters', () => {
  expect(encodeEnds(Array.from({ length: 1_000 }, () => ({ outcome: 'counted', status: 200, errorCode: 0 }) as const))).toBe('200*1000')
})

test('of what a damaged record holds no more is read than can be understood', () => {
  expect(decodeEnds('200*2 nonsense 200')).toHaveLength(2)
  expect(decodeEnds('200*999999')).toEqual([])
  fc.assert(fc.property(fc.string(), (text) => {
    expect(decodeEnds(text).length).toBeLessThanOrEqual(100_000)
  }))
})
