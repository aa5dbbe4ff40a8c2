import { describe, expect, test } from 'vitest'
import type { Entry, Happening } from '../timeline/entry.ts'
import type { Process, Session } from '../timeline/member.ts'
import { process, session } from '../simulator/beings.ts'
import { hasWord, tracesOf } from './trace.ts'

const at = { atMs: 5_000 }
const kept = (request: string): Happening => ({ kind: 'request', cycle: 3, why: 'slow', request, route: 'page', path: `/page?n=${request}`, startedAtMs: 1_000, tookMs: 12, outcome: 'counted', status: 200, errorCode: 0 })
const unanswered = (request: string): Happening => ({ kind: 'unanswered', cycle: 3, request, route: 'page', url: `http://app:80/page?n=${request}`, waitedMs: 3_000 })
const carrier = (request: Process['request'], databasePorts: readonly number[] = []) => process({ pid: 100 + (databasePorts[0] ?? 0), request, databasePorts })(at) as Process
const backend = (given: Partial<Session>) => session({ pid: 7_000 + (given.clientPort ?? 0), ...given })(at) as Session
const look = (...members: readonly (Process | Session)[]): Happening => ({ kind: 'look', reading: 'untouched', cycle: 3, quiescent: true, counters: {}, members })

const traced = async (...happenings: readonly Happening[]) => (await tracesFrom(...happenings)).kept
const tracesFrom = (...happenings: readonly Happening[]) =>
  tracesOf(
    (async function* () {
      for (const [n, happening] of happenings.entries()) yield { ...happening, n, atMs: n } as Entry
    })(),
  )

describe('a trace', () => {
  test('goes from a request to the process that carried its id, and on to the backend that served it', async () => {
    const [mine, other] = [carrier({ method: 'GET', url: '/page', id: '3-20' }, [1]), carrier({ method: 'GET', url: '/page', id: '3-201' }, [2])]
    const [trace] = await traced(kept('3-20'), look(mine, other, backend({ clientPort: 1 }), backend({ clientPort: 2 })))
    expect(trace).toMatchObject({ request: '3-20', startedAtMs: 1_000, tookMs: 12, path: '/page?n=3-20', end: { status: 200 } })
    expect(trace?.processes).toEqual([mine])
    expect(trace?.sessions.map(({ clientPort }) => clientPort)).toEqual([1])
  })

  test('finds the id in a URL, in SQL and in the name of a session', async () => {
    const inUrl = carrier({ method: 'GET', url: '/page?a=1&rid=3-20' })
    const [trace] = await traced(kept('3-20'), look(inUrl, backend({ clientPort: 1, query: 'select 1 /*request=3-20*/' }), backend({ clientPort: 2, applicationName: 'shop 3-20' }), backend({ clientPort: 3, query: 'select 3-201' })))
    expect(trace?.processes).toEqual([inUrl])
    expect(trace?.sessions.map(({ clientPort }) => clientPort)).toEqual([1, 2])
  })

  test('is there for a request that was never answered, and tells how long it was waited for', async () => {
    expect(await traced(unanswered('3-4'))).toMatchObject([{ request: '3-4', tookMs: 3_000, startedAtMs: null, path: '/page?n=3-4', end: { outcome: 'timed-out' }, processes: [], sessions: [] }])
  })

  test('of a request that is told twice is one, with its beginning', async () => {
    expect(await traced({ ...kept('3-4'), outcome: 'timed-out' } as Happening, unanswered('3-4'))).toMatchObject([{ request: '3-4', startedAtMs: 1_000 }])
    expect(await traced(unanswered('3-4'), { ...kept('3-4'), outcome: 'timed-out' } as Happening)).toMatchObject([{ request: '3-4', startedAtMs: 1_000 }])
  })

  test('is made of what is whole in a damaged record', async () => {
    const odd = [{ kind: 'look' }, { kind: 'requests', cycle: 3, route: 'page' }, { kind: 'unanswered', request: '3-5' }] as unknown as readonly Happening[]
    expect(await traced(...odd, kept('3-4'))).toMatchObject([{ request: '3-4' }])
  })

  test('of a request that is not kept whole has its route, its beginning, its end and its status', async () => {
    const { of } = await tracesFrom(flights)
    expect(of('3-8-1')).toEqual({ request: '3-8-1', cycle: 3, route: 'page', startedAtMs: 1_150, tookMs: 30, path: null, end: { outcome: 'unexpected', status: 500, errorCode: 0 }, processes: [], sessions: [], bornMeanwhile: [] })
    expect(of('3-9')).toBeNull()
    expect(of('13-7')).toBeNull()
  })

  test('of an older record has no status where a request is not kept whole', async () => {
    const { ends: _, ...older } = flights
    expect((await tracesFrom(older)).of('3-7')).toMatchObject({ route: 'page', end: null })
  })

  test('names what began while its request was in flight, and is there', async () => {
    const [left, gone] = [backend({ clientPort: 1 }), backend({ clientPort: 2 })]
    const { kept: [trace] } = await tracesFrom(kept('3-4'), { ...kept('3-4'), why: 'at-birth', born: [`session ${left.id}`] } as Happening, look(left, gone))
    expect(trace).toMatchObject({ request: '3-4', sessions: [], bornMeanwhile: [{ clientPort: 1 }] })
  })
})

test('requests in flight at a moment are those that had begun and not yet ended', async () => {
  const { inFlightAt } = await tracesFrom(flights)
  expect([1_099, 1_100, 1_149, 1_160, 1_181].map((atMs) => inFlightAt(atMs).map(({ request }) => request))).toEqual([[], ['3-7'], ['3-7'], ['3-7', '3-8-1'], ['3-7']])
})

const flights: Extract<Happening, { kind: 'requests' }> = { kind: 'requests', cycle: 3, route: 'page', fromMs: 1_100, spans: [0, 100, 50, 30], ids: '7 8-1', ends: '200 unexpected/500', complete: true }

test.each([
  ['request=3-20 ', true],
  ['3-20', true],
  ['3-201', false],
  ['13-20', false],
  ['3-20-1', false],
  ['3-201, 3-20', true],
])('in %j the id 3-20 is a word: %s', (text, is) => expect(hasWord(text, '3-20')).toBe(is))
