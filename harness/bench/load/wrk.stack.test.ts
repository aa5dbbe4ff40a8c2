import { describe, expect, test } from 'vitest'
import { startArrivalServer } from '../../load/fixtures/arrival-server.ts'
import { openTestGround } from '../../load/fixtures/ground.ts'
import { startOn } from '../../load/fixtures/play.ts'
import { onlyCycle } from './arms.ts'
import { sendByWrk } from './wrk.ts'

const shared = openTestGround(startArrivalServer)

const routes = [
  { name: 'page', path: '/page', weight: 6 },
  { name: 'other page', path: '/other?n={n}', weight: 3 },
  { name: 'rare page', path: '/rare?n={n}', weight: 1 },
]

describe('wrk and k6', { timeout: 60_000 }, () => {
  test.each([1, 6])('send the same requests, each once, and over a single connection in the same order, connections: %i', async concurrency => {
    const plan = { dose: 101, concurrency }
    const seenOf = async (send: () => Promise<unknown>) => {
      const before = shared.server.arrived.length
      await send()
      return shared.server.arrived.slice(before).map(({ method, url, headers }) => {
        const { 'x-request-id': id, 'user-agent': agent } = JSON.parse(headers) as Record<string, string>
        return `${id} ${method} ${url} ${agent}`
      })
    }
    const byK6 = await seenOf(async () => {
      await using load = await startOn({ ...shared, baseUrl: shared.server.url }, { kind: 'routes', routes }, { ...plan, ...onlyCycle })
      await load.begin()
      await load.drained
    })
    const byWrk = await seenOf(async () => {
      const { p50Ms, p99Ms } = await sendByWrk({ url: shared.server.url, routes, plan, seconds: 4, signal: AbortSignal.timeout(30_000) })
      expect(p50Ms).toBeGreaterThan(0)
      expect(p99Ms).toBeGreaterThanOrEqual(p50Ms)
    })
    expect(byWrk).toHaveLength(101)
    const comparable = (seen: readonly string[]) => (concurrency === 1 ? seen : seen.toSorted())
    expect(comparable(byWrk)).toEqual(comparable(byK6))
  })

  test('a load that wrk has not sent in its time, or whose answers are errors, is none', async () => {
    const sending = (path: string, dose: number) => sendByWrk({ url: shared.server.url, routes: [{ name: 'page', path }], plan: { dose, concurrency: 1 }, seconds: 1, signal: AbortSignal.timeout(30_000) })
    await expect(sending('/page', 1_000_000)).rejects.toThrow(/^the load by wrk was not whole: \d+ of 1000000 requests were answered in 1 s$/)
    await expect(sending('/page/500', 10)).rejects.toThrow('the load by wrk was not whole: 10 of 10 requests were answered in 1 s; Non-2xx or 3xx responses: 10')
  })
})
