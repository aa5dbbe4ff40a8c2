import { expect, test } from 'vitest'
import type { Fault } from '../fault.ts'
import { cellsOf, expectedOf, keyOf } from './cells.ts'
import type { Exhibit } from './exhibit.ts'

const exhibit = (id: string, differences: Partial<Exhibit> = {}) => ({
  id,
  title: id,
  source: 'here',
  stack: 'node',
  trigger: 'fail',
  expected: { verdict: 'leak', by: ['no zombie stays'], heal: 'permanent', route: 'fail' },
  scenario: { name: 'x', target: { name: 'x', command: ['true'], readyPath: '/', variants: { default: 'leaky', by: { leaky: {}, mended: {} } } }, load: { kind: 'routes', routes: [{ name: 'fail', path: '/' }] } },
  dir: '.',
  ...differences,
}) as const
const keys = (zoo: readonly ReturnType<typeof exhibit>[], options: Partial<Parameters<typeof cellsOf>[2]> = {}) => cellsOf(zoo, [], { rates: [1e-2, 1e-3], repeats: 1, clean: 1, ...options }).map(keyOf)

test('a leaky program is run at each rate that it is quick enough for, and its mended twin counts as a clean run', () => {
  expect(keys([exhibit('L01', { fast: true, mended: ['mended'] }), exhibit('L02')])).toEqual(['L01 mended 0.01 1000 0', 'L01 leaky 0.01 1000 0', 'L01 leaky 0.001 10000 0', 'L02 leaky 0.01 1000 0'])
})

test('what no request triggers is run once a repeat, whatever the rates', () => {
  expect(keys([exhibit('L22', { trigger: null })], { repeats: 2 })).toEqual(['L22 leaky - 1000 0', 'L22 leaky - 1000 1'])
})

test('repeats go round all exhibits, so that a table that was cut off has all of them', () => {
  expect(keys([exhibit('L01'), exhibit('H01', { trigger: null, expected: { verdict: 'pass' } })], { rates: [1e-2], repeats: 1, clean: 2 })).toEqual(['H01 leaky - 1000 0', 'L01 leaky 0.01 1000 0', 'H01 leaky - 1000 1'])
})

test('a fault of the harness is injected into a healthy run, which must not pass then', () => {
  const fault: Fault = { name: 'kill-agent', about: 'its agent is killed', inject: async () => {} }
  const cells = cellsOf([exhibit('H01', { trigger: null, expected: { verdict: 'pass' } })], [fault], { rates: [1e-2], repeats: 1, clean: 0 })
  expect(cells.map((cell) => [keyOf(cell), expectedOf(cell)])).toEqual([['H01 leaky - 1000 kill-agent 0', { verdict: 'inconclusive' }]])
})
