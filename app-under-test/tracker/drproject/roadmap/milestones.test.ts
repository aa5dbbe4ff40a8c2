import { expect, test } from 'vitest'
import { stateOf } from './milestones.ts'
import { percentOf, progressBar } from './progress.ts'

const now = new Date('2006-03-10T12:00:00Z')
const never = new Date(0)

test.each([
  ['no date', never, never, 'No date set'],
  ['to come', new Date('2006-03-12T23:59:59Z'), never, 'Due 2006-03-12, in 2 days'],
  ['due today', new Date('2006-03-10T23:59:59Z'), never, 'Due 2006-03-10, in less than a day'],
  ['due a second ago', new Date('2006-03-10T11:59:59Z'), never, '<strong class="late">less than a day late</strong> (was due 2006-03-10)'],
  ['late', new Date('2006-03-08T11:00:00Z'), never, '<strong class="late">2 days late</strong> (was due 2006-03-08)'],
  ['late, but completed', new Date('2006-03-08T11:00:00Z'), new Date('2006-03-09T11:00:00Z'), 'Completed 2006-03-09'],
])('%s', (_, due, completed, words) => {
  expect(stateOf({ due, completed }, now).markup).toBe(words)
})

test.each([
  [{ closed: 0, active: 0 }, 'no tickets'],
  [{ closed: 0, active: 3 }, '0 %'],
  [{ closed: 199, active: 1 }, '99 %'],
  [{ closed: 3, active: 0 }, '100 %'],
])('%o: %s', (progress, words) => {
  expect(percentOf(progress.closed, progress.closed + progress.active)).toBe(words)
  expect(progressBar(progress).markup).toContain(`value="${progress.closed}">${words}</progress>`)
})
