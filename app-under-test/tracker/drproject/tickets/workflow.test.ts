import { expect, test } from 'vitest'
import { STATUSES } from './fields.ts'
import { actionNamed, actionsOf, standingAfter, type Action } from './workflow.ts'

test.each([
  ['new', { kind: 'accept' }, 'assigned ada '],
  ['reopened', { kind: 'accept' }, 'assigned ada '],
  ['new', { kind: 'leave' }, 'new ben '],
  ['assigned', { kind: 'reassign', owner: 'eva' }, 'new eva '],
  ['assigned', { kind: 'reassign', owner: '' }, 'new  '],
  ['assigned', { kind: 'resolve', resolution: 'wontfix' }, 'closed ben wontfix'],
  ['closed', { kind: 'reopen' }, 'reopened ben '],
] satisfies [string, Action, string][])('%s, %o: %s', (status, action, expected) => {
  const { kind } = action
  expect(actionsOf({ status })).toContain(kind)
  const after = standingAfter(action, { status, owner: 'ben', resolution: status === 'closed' ? 'fixed' : '' }, 'ada')
  expect(`${after.status} ${after.owner} ${after.resolution}`).toBe(expected)
})

test.each([
  ['closed', 'resolve'],
  ['closed', 'accept'],
  ['assigned', 'accept'],
  ['new', 'reopen'],
  ['new', 'constructor'],
  ['gone', 'resolve'],
])('a ticket that is %s cannot be changed by %s', (status, kind) => {
  expect(actionNamed(kind, { status }, { resolution: 'fixed', owner: '' })).toBeNull()
})

test('every ticket can be left as it is, and is resolved only as something that there is', () => {
  for (const status of [...STATUSES, 'gone']) expect(actionNamed('leave', { status }, { resolution: '', owner: '' })).toEqual({ kind: 'leave' })
  expect(actionNamed('resolve', { status: 'new' }, { resolution: 'fixed', owner: '' })).toEqual({ kind: 'resolve', resolution: 'fixed' })
  expect(actionNamed('resolve', { status: 'new' }, { resolution: 'done', owner: '' })).toBeNull()
})
