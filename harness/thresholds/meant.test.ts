import { expect, test } from 'vitest'
import { meant, nearestTo, perhaps } from './meant.ts'

const known = ['--profile', '--reports', '--json']

test.each([
  ['a letter too few', '--profle', ' Did you mean "--profile"?'],
  ['another spelling', '--Re_ports', ' Did you mean "--reports"?'],
  ['so many other letters that nothing is meant', '--colour', ' There are --profile, --reports, --json.'],
])('of %s it is told what was meant, or which there are', (_, name, said) => {
  expect(meant(name, known)).toBe(said)
})

test('where there is one or none, that is told', () => {
  expect(meant('--colour', ['--json'])).toBe(' There is --json.')
  expect(meant('--json', [])).toBe(' There is none.')
})

test('where it was told which there are, only what was meant is added, if anything was', () => {
  expect([perhaps('gaet', ['repro', 'gate']), perhaps('quick', ['repro', 'gate']), perhaps('b', ['a'])]).toEqual([' Did you mean "gate"?', '', ''])
})

test('of several that are near the nearest is meant', () => {
  expect(nearestTo('poolsmax', ['poolsMin', 'poolMax', 'poolsMost'])).toBe('poolMax')
  expect(nearestTo('poolmax', ['workers'])).toBeNull()
})
