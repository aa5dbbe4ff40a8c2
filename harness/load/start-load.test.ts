import { expect, test } from 'vitest'
import type { Bundle } from './bundle.ts'
import { planOf, type LoadOptions } from './start-load.ts'

const bundle = (model: Bundle['model']): Bundle => ({ script: '/dev/null', folder: '/', requestTimeoutMs: 1_000, model })

const plannedOf = (role: LoadOptions['plan']['role'], model: Bundle['model']) => planOf({ dose: 40, concurrency: 4, seed: 1, cycle: 2, firstRequest: 8, thinkScale: 1, role }, bundle(model), 'http://127.0.0.1:1/')

test('users come one after another in a measured cycle alone', () => {
  expect(plannedOf('measured', { rampMs: 5_000 })).toEqual({ ...plannedOf('measured', {}), rampMs: 5_000 })
  for (const role of ['warm-up', 'baseline'] as const) expect(plannedOf(role, { rampMs: 5_000 })).toEqual(plannedOf(role, {}))
})

test('a load without a ramp, or with one of no time, is planned as ever', () => {
  for (const model of [{}, { rampMs: 0 }]) expect(plannedOf('measured', model)).toEqual({ dose: 40, concurrency: 4, seed: 1, cycle: 2, firstRequest: 8, thinkScale: 1, baseUrl: 'http://127.0.0.1:1', requestTimeoutMs: 1_000 })
})
