import { expect, test } from 'vitest'
import type { Member } from '../timeline/member.ts'
import { syntheticHang } from '../testing/recordings/synthetic.ts'
import { process } from '../testing/timeline-of.ts'
import { leftBehind } from './hangs.ts'
import type { Finding } from './verdict.ts'

const leak = (members: readonly Member[]): Finding => ({ invariant: 'x', kind: 'leak', sentence: 'x', survivors: members.map((member) => ({ member, why: 'x', bornIn: null })) })
const places = (n: number) => leak(Array.from({ length: n }, (_, i) => ({ kind: 'place' as const, id: `${i + 1}` })))
const hangs = (n: number) => Array.from({ length: n }, (_, i) => syntheticHang(i))

test.each([
  ['a lost place and the session that was not given back are one', 3, 3, 3],
  ['places beyond the sessions are lost in their own right', 3, 5, 5],
  ['places alone', 0, 4, 4],
  ['sessions alone', 2, 0, 2],
])('%s', (_, sessions, lost, expected) => {
  expect(leftBehind(hangs(sessions), [places(lost)])).toBe(expected)
})
