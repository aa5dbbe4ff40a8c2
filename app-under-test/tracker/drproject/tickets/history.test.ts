import { expect, test } from 'vitest'
import { editsOf, valueAt } from './history.ts'

const change = (second: number, author: string, field: string, oldvalue: string, newvalue: string) => ({ time: new Date(second * 1000), author, field, oldvalue, newvalue })

const rows = [
  change(10, 'ada', 'comment', '', 'Mine.'),
  change(10, 'ada', 'owner', '', 'ada'),
  change(10, 'ben', 'priority', 'low', 'high'),
  change(20, 'ada', 'priority', 'high', 'highest'),
  change(20, 'ada', 'status', 'new', 'assigned'),
]

test('what one person did in one second is one edit', () => {
  expect(editsOf(rows).map(({ time, author, comment, changes }) => [time.getTime() / 1000, author, comment, changes.map(({ field }) => field).join(' ')])).toEqual([
    [10, 'ada', 'Mine.', 'owner'],
    [10, 'ben', '', 'priority'],
    [20, 'ada', '', 'priority status'],
  ])
})

test.each([
  ['priority', 5, 'low'],
  ['priority', 10, 'high'],
  ['priority', 20, 'highest'],
  ['owner', 9, ''],
  ['milestone', 5, 'now'],
])('%s at second %i was "%s"', (field, second, expected) => {
  const now = { priority: 'highest', owner: 'ada' }[field] ?? 'now'
  expect(valueAt(rows, new Date(second * 1000), field, now)).toBe(expected)
})
