import fc from 'fast-check'
import { expect, test } from 'vitest'
import { addLatency, decodeLatencies, encodeLatencies, latencyOf, openLatencies } from './latencies.ts'

const sketchOf = (latencies: readonly number[]) => {
  const sketch = openLatencies()
  for (const ms of latencies) addLatency(sketch, ms)
  return sketch
}
const anyLatency = fc.oneof(fc.double({ min: 0.001, max: 60_000, noNaN: true }), fc.constantFrom(12, 12, 250))

test('what is written is read again: every latency, in its order, within 0.1 %', () => {
  fc.assert(
    fc.property(fc.array(anyLatency, { maxLength: 300 }), (latencies) => {
      const read = decodeLatencies(encodeLatencies(sketchOf(latencies))).flatMap(({ key, count }) => Array.from({ length: count }, () => latencyOf(key)))
      const sorted = latencies.toSorted((a, b) => a - b)
      expect(read).toHaveLength(sorted.length)
      for (const [i, exact] of sorted.entries()) expect(Math.abs((read[i] ?? 0) - exact)).toBeLessThanOrEqual(exact * 0.001_000_001)
    }),
  )
})

test('what k6 cannot have measured is kept at the edge of what it can', () => {
  expect(decodeLatencies(encodeLatencies(sketchOf([0, -1, 1e12]))).map(({ count }) => count)).toEqual([2, 1])
})

test('no redaction touches it: it is made of letters, digits, - and _ alone', () => {
  fc.assert(fc.property(fc.array(anyLatency, { maxLength: 50 }), (latencies) => {
    expect(encodeLatencies(sketchOf(latencies))).toMatch(/^[\w-]*$/)
  }))
})

test.each([['cut off', 'gA'], ['of a latency that cannot be', '_____w8'], ['with a count of none', 'AwA']])('a text %s is refused', (_, text) => {
  expect(() => decodeLatencies(text)).toThrow(TypeError)
})

test('takes less than three characters a latency where fifteen of a second lie a factor of ten apart', () => {
  const text = encodeLatencies(sketchOf(Array.from({ length: 15 }, (_, i) => 20 * 10 ** (i / 14))))
  expect(text.length / 15).toBeLessThan(3)
})
