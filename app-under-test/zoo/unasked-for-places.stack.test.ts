import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { soak } from '../../harness/index.ts'
import exhibit from './exhibits/L40-unasked-for-places-node.ts'

let reports = ''
beforeAll(async () => void (reports = await mkdtemp(join(tmpdir(), 'places-test-'))))
afterAll(() => rm(reports, { recursive: true, force: true }))

/** With fewer requests that lose a place, so that some are left. */
const { load } = exhibit.scenario
const scenario = { ...exhibit.scenario, load: { ...load, routes: load.routes.map((route) => (route.name === exhibit.trigger ? { ...route, weight: 0.15 } : route)) } }

test('of an application of which nothing is declared a place that its pool has lost is found, with its session and its route', async () => {
  const { facts, findings } = await soak(scenario, { variant: 'leaky', stack: 'processes', from: join(import.meta.dirname, 'exhibits'), reports, signal: AbortSignal.timeout(110_000) })
  expect(facts.capacity).toEqual({ paths: ['/parcels/{n}', '/health'], heldBy: 'locks', chosenBy: 'harness' })
  expect(findings.findings.filter(({ kind }) => kind === 'leak').map(({ invariant }) => invariant)).toEqual(['no place of the pool is lost'])
  expect(findings.hangs[0]).toMatchObject({ session: { state: 'idle', query: expect.stringMatching(/^SELECT pieces FROM parcel/) } })
  expect(findings.owner).toMatchObject({ route: 'void' })
}, 120_000)
