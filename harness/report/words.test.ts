import { expect, test } from 'vitest'
import type { Survivor } from '../verdict/verdict.ts'
import { whyOfAll } from './words.ts'

const left = (why: string): Survivor => ({ member: { kind: 'replication-slot', id: 'slot', active: false, retainedBytes: 0 }, why, bornIn: null })

test('survivors that are left in different ways are told by one of them, as an example', () => {
  expect(whyOfAll([left('3 in CLOSE_WAIT'), left('8 in CLOSE_WAIT')])).toBe('such as: 3 in CLOSE_WAIT')
  expect(whyOfAll([left('never ran a query'), left('never ran a query')])).toBe('never ran a query')
})
