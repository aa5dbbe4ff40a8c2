import fc from 'fast-check'
import { expect, test } from 'vitest'
import { entriesOf } from '../testing/timeline-of.ts'
import type { Entry } from './entry.ts'
import { beginLines, beginLooks, type LookLine } from './look-lines.ts'

type LookEntry = Extract<Entry, { kind: 'look' }>

const written = (looks: readonly Entry[]): readonly LookLine[] => {
  const told = beginLines()
  return looks.map((look) => JSON.parse(JSON.stringify(told(look).line)))
}
const read = (lines: readonly LookLine[]): readonly (Entry | null)[] => {
  const lookOf = beginLooks()
  return lines.map((line) => lookOf(line))
}
const lookOf = (n: number, members: readonly object[]): Entry => ({ kind: 'look', reading: 'untouched', quiescent: true, counters: {}, members: members as never, n, atMs: n })

/** Members with fields that come and go, and change. */
const member = fc.record({ kind: fc.constantFrom('process', 'session'), id: fc.constantFrom('1@1', '2@1', '3@1'), state: fc.constantFrom('idle', null), ports: fc.constantFrom([], [1], [1, 2]), seenAtMs: fc.constantFrom(1, 2) }, { requiredKeys: ['kind', 'id', 'state'] })
const looks = fc.array(fc.array(member, { maxLength: 6 }), { maxLength: 40 }).map((all) => all.map((members, n) => lookOf(n, members)))

test('what is written of looks is read as it was, field by field in the same order', () => {
  fc.assert(
    fc.property(looks, (all) => {
      expect(JSON.stringify(read(written(all)))).toBe(JSON.stringify(all))
    }),
  )
  const ofRun = entriesOf().filter((entry) => entry.kind === 'look')
  expect(JSON.stringify(read(written(ofRun)))).toBe(JSON.stringify(ofRun))
})

test('a member that has not changed is a number in its line, and one and the same in memory', () => {
  const [one, other] = [{ kind: 'server', id: 'a@1', name: 'a' }, { kind: 'process', id: '1@1', state: 'S', databasePorts: [5] }]
  const lines = written([lookOf(0, [one, other]), lookOf(1, [{ ...one }, { ...other, databasePorts: [5] }]), lookOf(2, [{ ...other, state: 'R' }])])
  expect(lines.map(({ members }) => members)).toEqual([[one, other], [0, 1], [[1, { state: 'R' }]]])
  const [first, second] = read(lines) as LookEntry[]
  expect(second?.members[1]).toBe(first?.members[1])
})

test('looks that are told whole, as older records tell them, share what has not changed as well', () => {
  const [first, second] = read([0, 1].map((n) => lookOf(n, [{ kind: 'server', id: 'a@1', name: 'a' }]) as LookLine)) as LookEntry[]
  expect(second?.members[0]).toBe(first?.members[0])
})

test('a line that is lost takes at most fifteen looks with it, and one that comes twice takes none', () => {
  const lines = written(Array.from({ length: 40 }, (_, n) => lookOf(n, [{ kind: 'server', id: 'a@1', name: 'a' }])))
  const missing = (all: readonly LookLine[]): number => read(all).filter((look) => look === null).length
  expect(lines.map((_, n) => missing(lines.toSpliced(n, 1)))).toEqual(lines.map((_, n) => (n < 32 ? 15 - (n % 16) : 39 - n)))
  expect(lines.map((line, n) => missing(lines.toSpliced(n, 0, line)))).toEqual(lines.map((_, n) => (n % 16 === 0 ? 0 : 1)))
})

test.each<[string, unknown]>([
  ['that the look before has not', [2]],
  ['before the first', [-1]],
  ['between two', [0.5]],
  ['that come twice', [1, 1]],
  ['that are none', [['x', { state: 'R' }]]],
  ['without a number', [[]]],
])('a line with places %s is no look', (_, members) => {
  const first = lookOf(0, [{ kind: 'process', id: '1@1' }, { kind: 'process', id: '2@1' }]) as LookLine
  expect(read([first, { ...lookOf(1, []), since: 0, members } as LookLine])[1]).toBeNull()
})
