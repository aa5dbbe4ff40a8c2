import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Rude } from '../../scenario/rude.ts'
import type { Load, Route } from '../../scenario/scenario.ts'
import type { LoadSecond, Requests, RudeClients } from '../../timeline/entry.ts'
import { startOn, type PlanOf } from '../fixtures/play.ts'
import { startRudeServer, type RudeServer } from '../fixtures/rude-server.ts'
import { findK6, type K6 } from '../k6-binary.ts'
import type { LoadOptions } from '../k6.ts'

let k6: K6
let server: RudeServer
let dir: string

beforeAll(async () => {
  k6 = await findK6({ signal: AbortSignal.timeout(900_000), say: console.error })
  server = await startRudeServer()
  dir = await mkdtemp(join(tmpdir(), 'lowtide-rude-'))
}, 900_000)

afterAll(async () => {
  await server?.[Symbol.asyncDispose]()
  await rm(dir, { recursive: true, force: true })
})

describe('a load with rude clients', { timeout: 30_000 }, () => {
  test('delivers the planned dose to the request, each with an id of its own, and tells each manner by its route', async () => {
    const before = server.ids.length
    const { dose, by, manners, flights } = await run({ dose: 400, concurrency: 10, cycle: 4, firstRequest: 1_000 }, { aborts: { headers: 0.02, lastByte: 0.02 }, halfClose: 0.02, doubleSubmit: 0.04, keepAliveStorm: { share: 0.05, requests: 5 } }, [page])
    expect(dose).toMatchObject({ planned: 400, counted: 400, dropped: 0, unexpected: 0, broken: 0, newUrls: expect.any(Number), generator: { kind: 'completed' } })
    expect(dose.peakInFlight).toBeLessThanOrEqual(10)
    expect(by['page']).toBe(340)
    expect(Object.keys(by).toSorted()).toEqual(['page', 'page · abort after headers', 'page · abort at last byte', 'page · double submit', 'page · half close', 'page · keep-alive storm'])
    // Shares of 8, 8, 8, 16 and 20 requests, in acts of 1, 1, 1, 2 and 5.
    for (const [manner, acts] of [['abort after headers', 8], ['abort at last byte', 8], ['half close', 8], ['double submit', 8], ['keep-alive storm', 4]] as const) {
      const told = manners.find(one => one.manner === manner)!
      expect(Math.abs(told.planned - acts)).toBeLessThanOrEqual(1)
      expect(told).toMatchObject({ performed: told.planned, notes: [] })
    }
    expect(server.ids.slice(before).toSorted()).toEqual(Array.from({ length: 400 }, (_, n) => `4-${1_000 + n}`).toSorted())
    expect(flights.map(({ route, spans }) => [route, spans.length / 2]).toSorted()).toEqual(Object.entries(by).toSorted())
  })
})

const page: Route = { name: 'page', path: '/ok?n={n}', expect: { contains: 'ok' } }

const startWith = (plan: PlanOf, load: Load, changes: Partial<LoadOptions>) => startOn({ k6, dir, baseUrl: server.url }, load, plan, changes)

const run = async (plan: PlanOf, rude: Rude, routes: readonly Route[], { requestTimeoutMs = 5_000, ...changes }: Partial<LoadOptions> & { readonly requestTimeoutMs?: number } = {}) => playing(plan, { kind: 'routes', routes, rude, requestTimeoutMs }, changes)

const playing = async (plan: PlanOf, load: Load, changes: Partial<LoadOptions> = {}) => {
  const by: Record<string, number> = {}
  const flights: Requests[] = []
  let manners: RudeClients['manners'] = []
  const count = ({ route, started }: LoadSecond) => (by[route] = (by[route] ?? 0) + started)
  await using load_ = await startWith(plan, load, {
    onHappening: happening => {
      if (happening.kind === 'load') count(happening)
      if (happening.kind === 'requests') flights.push(happening)
      if (happening.kind === 'rude') manners = happening.manners
    },
    ...changes,
  })
  await load_.begin()
  return { dose: await load_.drained, by, manners, flights }
}
