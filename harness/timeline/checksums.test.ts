import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readChecksums, writeChecksums } from './checksums.ts'

const written = (lines: readonly string[]): readonly string[] => {
  const withChecksum = writeChecksums()
  return lines.map((line, i) => withChecksum(line, i === lines.length - 1 ? 'last' : 'any'))
}
const read = (lines: readonly string[]) => {
  const checksums = readChecksums()
  return { lines: lines.map((line) => checksums.read(line)), altered: checksums.altered(), uncovered: checksums.uncovered() }
}
const numbered = (of: string, lines: number): readonly string[] => written(Array.from({ length: lines }, (_, n) => JSON.stringify({ n, of })))

const lines = fc.array(fc.oneof(fc.string({ unit: 'binary' }), fc.constant('x","crc32":"0a1b2c3d')).map((detail) => JSON.stringify({ detail })), { minLength: 1, maxLength: 350 })

test('lines are read as they were, whatever they hold, and nothing is told of them', () => {
  fc.assert(
    fc.property(lines, (all) => {
      expect(read(written(all))).toEqual({ lines: all, altered: [], uncovered: [] })
    }),
  )
})

test('the first line carries one, each hundredth after it, and the last', () => {
  expect(numbered('x', 250).flatMap((line, n) => (/,"crc32":"[0-9a-f]{8}"}$/.test(line) ? [n] : []))).toEqual([0, 100, 200, 249])
})

test('what the recorder tells behind the last line carries one each', () => {
  const withChecksum = writeChecksums()
  const all = [withChecksum('{"n":0}', 'any'), withChecksum('{"n":1}', 'last'), withChecksum('{"n":2}', 'any'), withChecksum('{"n":3}', 'any')]
  expect(read(all)).toEqual({ lines: ['{"n":0}', '{"n":1}', '{"n":2}', '{"n":3}'], altered: [], uncovered: [] })
})

test('lines without any, as older records have them, are read as they are and nothing is told of them', () => {
  const older = Array.from({ length: 1_000 }, (_, n) => JSON.stringify({ n }))
  expect(read(older)).toEqual({ lines: older, altered: [], uncovered: [] })
})

test('where a line is another, those since the checksum before are told, and no others', () => {
  const all = numbered('x', 250)
  const harmed = all.map((_, n) => read(all.with(n, all[n]!.replace('x', 'y'))).altered)
  expect(harmed.map((altered) => altered.map((sentence) => sentence.slice(0, sentence.indexOf(' of'))))).toEqual(all.map((_, n) => [n === 0 ? 'lines 1 to 1' : n <= 100 ? 'lines 2 to 101' : n <= 200 ? 'lines 102 to 201' : 'lines 202 to 250']))
  expect(harmed[42]).toEqual([expect.stringMatching(/^lines 2 to 101 of timeline\.ndjson are not as written: their checksum is "[0-9a-f]{8}", and was "[0-9a-f]{8}"$/)])
})

test('a checksum that is another is told with those that it covers, and with those that cover it', () => {
  const all = numbered('x', 250)
  const { altered } = read(all.with(100, all[100]!.replace(/.(?="}$)/, '\u0007')))
  expect(altered).toEqual([expect.stringMatching(/^lines 2 to 101 .*\\u0007"$/), expect.stringMatching(/^lines 102 to 201 /)])
})

test('all lines between two checksums of another record, with its checksum, are not those of this', () => {
  expect(read(numbered('x', 350).toSpliced(101, 100, ...numbered('y', 350).slice(101, 201))).altered).toHaveLength(2)
})

test('lines after the last checksum are told as uncovered', () => {
  const all = numbered('x', 250)
  expect(read(all.slice(0, 201)).uncovered).toEqual([])
  expect(read(all.slice(0, 230))).toMatchObject({ altered: [], uncovered: ['lines 202 to 230 of timeline.ndjson are not as written: they have lost their checksum'] })
})
