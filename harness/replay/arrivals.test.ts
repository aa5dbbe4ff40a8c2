import fc from 'fast-check'
import { expect, test } from 'vitest'
import { arrivalsOf, refuser, type Rules } from './arrivals.ts'
import { expectedOf, isExpected } from './expectation.ts'
import type { Logged } from './logged.ts'

const usual: Rules = { methods: ['GET', 'HEAD'], expect: 'class' }
const logged = (atMs: number, more: Partial<Logged> = {}): Logged => ({ kind: 'logged', line: 1, atMs, method: 'GET', host: null, path: `/${atMs}`, status: 200, ...more })

async function* inBatches<T>(items: readonly T[], of: number): AsyncGenerator<readonly T[]> {
  for (let at = 0; at < items.length; at += of) yield items.slice(at, at + of)
}

test('lines that were written as requests ended are replayed as they arrived', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(60_000), { maxLength: 500 }), fc.integer({ min: 1, max: 90 }), async (times, of) => {
      const arrivals = (await Array.fromAsync(arrivalsOf(inBatches(times.map(atMs => logged(atMs)), of), usual, false))).flat()
      expect(arrivals.map(({ atMs }) => atMs)).toEqual(times.toSorted((a, b) => a - b))
    }),
  )
})

test('a long log is put in order too, a stretch at a time, and none of it is lost', async () => {
  // Each up to 5,000 lines late.
  const lines = Array.from({ length: 50_000 }, (_, n) => logged(n)).toSorted((a, b) => a.atMs + ((a.atMs * 7919) % 5_000) - (b.atMs + ((b.atMs * 7919) % 5_000)))
  const batches = await Array.fromAsync(arrivalsOf(inBatches(lines, 1_000), usual, false))
  expect(batches.length).toBeGreaterThan(3)
  expect(batches.flat().map(({ atMs }) => atMs)).toEqual(Array.from({ length: 50_000 }, (_, n) => n))
})

test.each<[string, Partial<Rules>, Partial<Logged>, string | null]>([
  ['a POST', {}, { method: 'POST' }, 'changes things'],
  ['a POST that was asked for', { methods: ['POST'] }, { method: 'POST' }, null],
  ['a WebSocket', {}, { status: 101 }, 'became a WebSocket'],
  ['another host', { hosts: ['A.example'] }, { host: 'b.example' }, 'of another host'],
  ['the host, with its port', { hosts: ['A.example'] }, { host: 'a.example:8080' }, null],
  ['no host at all', { hosts: ['a.example'] }, {}, null],
  ['what came before', { fromMs: 1_001 }, {}, 'outside of the time'],
  ['what came at the end', { toMs: 1_000 }, {}, 'outside of the time'],
  ['what came in time', { fromMs: 1_000, toMs: 1_001 }, {}, null],
])('%s', (_, rules, more, reason) => {
  const said = refuser({ ...usual, ...rules }, false)(logged(1_000, more))
  expect(said?.slice(0, reason?.length) ?? null).toBe(reason)
})

test('of a HAR only the host of the first request is asked: the page, and not its adverts', () => {
  const refusal = refuser(usual, true)
  expect(['page.example', 'adverts.example', 'page.example'].map(host => refusal(logged(1, { host })))).toEqual([null, 'of another host', null])
})

test('an answer is as expected when it is of the class that was recorded', () => {
  const right = (recorded: number | null, answers: readonly number[]) => answers.filter(status => isExpected(status, expectedOf(recorded, 'class')))
  const answers = [200, 204, 301, 304, 404, 500, 503]
  expect(right(200, answers)).toEqual([200, 204, 304])
  // A replay has no cache.
  expect(right(304, answers)).toEqual([200, 204, 304])
  expect(right(302, answers)).toEqual([301])
  expect(right(404, answers)).toEqual([404])
  // What failed then, or was given up, should not fail now.
  for (const failed of [500, 502, 499, 408, null]) expect(right(failed, answers)).toEqual([200, 204, 301, 304, 404])
  expect(isExpected(200, expectedOf(201, 'status'))).toBe(false)
  expect(isExpected(201, expectedOf(201, 'status'))).toBe(true)
  expect(isExpected(503, expectedOf(200, 'any'))).toBe(true)
})
