import { expect, test } from 'vitest'
import { weigh } from './weigh.ts'
import type { Scenario } from '../scenario/scenario.ts'

const scenario = (load: Scenario['load']): Scenario => ({ name: 'shop', target: { name: 'shop', command: ['true'], readyPath: '/' }, load })
const weights = (weighed: Scenario) => (weighed.load.kind === 'routes' ? Object.fromEntries(weighed.load.routes.map(({ name, weight }) => [name, weight])) : null)
const routes = scenario({ kind: 'routes', routes: [{ name: 'list', path: '/', weight: 3 }, { name: 'read', path: '/1' }, { name: 'fail', path: '/fail', weight: 7 }] })

test('a rate is the share of the requests that trigger the leak, and the others keep their shares of the rest', () => {
  expect(weights(weigh(routes, 'fail', 0.01))).toEqual({ list: expect.closeTo(0.7425), read: expect.closeTo(0.2475), fail: 0.01 })
})

test('what no request triggers keeps its load', () => {
  expect(weigh(routes, null, 0.01)).toBe(routes)
  expect(weigh(routes, 'fail', null)).toBe(routes)
})
