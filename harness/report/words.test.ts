import { expect, test } from 'vitest'
import { syntheticSession } from '../testing/recordings/synthetic.ts'
import type { Survivor } from '../verdict/verdict.ts'
import { sessionAge, whyOfAll } from './words.ts'

const left = (why: string): Survivor => ({ member: { kind: 'replication-slot', id: 'slot', active: false, retainedBytes: 0 }, why, bornIn: null })

test('survivors that are left in different ways are told by the range of what differs, or by one of them as an example', () => {
  expect(whyOfAll([left('8 in CLOSE_WAIT'), left('3 in CLOSE_WAIT'), left('4 in CLOSE_WAIT')])).toBe('3 to 8 in CLOSE_WAIT')
  expect(whyOfAll([left('open for 8 s, holds 2 relation locks'), left('open for 9 s, holds 3 relation locks')])).toBe('such as: open for 8 s, holds 2 relation locks')
  expect(whyOfAll([left('open for 8 s'), left('open for 8 min')])).toBe('such as: open for 8 s')
  expect(whyOfAll([left('8 in CLOSE_WAIT'), left('8 in CLOSE_WAIT, 3 threads')])).toBe('such as: 8 in CLOSE_WAIT')
  expect(whyOfAll([left('never ran a query'), left('never ran a query')])).toBe('never ran a query')
})

test('a transaction that began by a clock which was set back since has no age, and no negative one', () => {
  const session = (transactionAgeMs: number) => syntheticSession({ state: 'idle in transaction', transactionAgeMs })
  expect([sessionAge(session(42_300)), sessionAge(session(-3_570_800))]).toEqual(['idle in transaction for 42 s', 'idle in transaction'])
})
