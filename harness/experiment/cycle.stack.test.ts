import { createServer, type Server } from 'node:http'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { bundleJourney } from '../load/bundle.ts'
import { findK6 } from '../load/k6/binary.ts'
import { settle } from '../probes/quiet.ts'
import { profiles } from '../scenario/profiles.ts'
import { hungRequest, session, startOf } from '../testing/timeline-of.ts'
import type { Happening } from '../timeline/entry.ts'
import type { Member } from '../timeline/member.ts'
import { openCycles, type CycleTools } from './cycle.ts'

let dir = ''
let server: Server
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'cycle-test-'))
  for (const part of ['logs', 'load']) mkdirSync(join(dir, part))
  server = createServer((_, response) => setTimeout(() => response.end('ok'), 200)).listen(0, '127.0.0.1')
  await new Promise((listening) => server.once('listening', listening))
})
afterEach(() => {
  server.closeAllConnections()
  server.close()
  rmSync(dir, { recursive: true, force: true })
})

/** Cycles against an application that answers after 200 ms, with these members in sight. */
async function cycles({ members = [] as readonly Member[], signal = AbortSignal.timeout(25_000), ...tools }: Partial<CycleTools> & { members?: readonly Member[] } = {}) {
  const recorded: Happening[] = []
  const sampler: CycleTools['sampler'] = { look: async () => ({ counters: {}, members, partial: [] }), latest: () => ({}), [Symbol.asyncDispose]: async () => {}, ...tools.sampler }
  const k6 = await findK6({ signal, say: () => {} })
  const opened = openCycles({
    k6,
    bundle: await bundleJourney({ load: { kind: 'routes', routes: [{ name: 'home', path: '/?n={n}' }] }, output: k6.output, scenarioDir: dir, dir, run: 'cycle-test', signal }),
    run: `cycle-test-${crypto.randomUUID().slice(0, 8)}`,
    dir,
    namespace: null,
    app: { baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, logTail: async () => [], crashed: () => null, stop: async () => {} },
    otherPath: '/',
    plan: { ...profiles.repro, concurrency: 1, settleMs: 1_000 },
    sampler,
    record: (happening) => recorded.push(happening),
    evidence: async () => {},
    suspect: () => {},
    settle: (reading, cycle) => settle({ sampler, reading, cycle, record: (look) => recorded.push(look), inFlight: () => 0, deadlineMs: 1_000, matureMs: 0, signal }),
    loadEnds: new AbortController().signal,
    signal,
    ...tools,
  })
  return { recorded, ...opened }
}

const hung = hungRequest({ cycle: 3 }).flatMap((being) => being({ atMs: startOf(3) + 9_000, cycle: 3, reading: 'untouched' }) ?? [])

test('a cycle delivers its dose, then waits for quiet, and records both in order', async () => {
  const { cycle, recorded } = await cycles()
  const { dose, settled } = await cycle('measured', 5)
  expect(dose).toMatchObject({ planned: 5, counted: 5, role: 'measured', generator: { kind: 'completed' } })
  expect(settled.kind).toBe('clean')
  expect(recorded.flatMap((one) => (one.kind === 'phase' ? [`${one.phase} ${one.edge} ${one.cycle}`] : one.kind === 'dose' ? ['dose'] : []))).toEqual(['cycle start 0', 'dose', 'cycle end 0', 'settle start 0', 'settle end 0'])
})

test('a cycle without requests lasts as long as it is told to', async () => {
  const { cycle, recorded } = await cycles()
  const beganMs = performance.now()
  const { dose } = await cycle('measured', 0, { lastsMs: 700 })
  expect(performance.now() - beganMs).toBeGreaterThan(700)
  expect(dose.planned).toBe(0)
  expect(recorded.filter(({ kind }) => kind === 'look').length).toBeGreaterThanOrEqual(3)
})

test('what a load leaves is told with the request that was in flight as it began', async () => {
  let beganMs = Number.POSITIVE_INFINITY
  server.on('request', ({ url }) => void (url === '/?n=3' && (beganMs = Date.now() + 100)))
  const inTransaction = (nowMs: number) => session({ pid: 77, seenAtMs: nowMs, transactionAgeMs: nowMs - beganMs })({ atMs: nowMs }) as Member
  const look = async () => ({ counters: {}, members: Date.now() < beganMs ? [] : [inTransaction(Date.now())], partial: [] })
  const { cycle, recorded } = await cycles({ sampler: { look, latest: () => ({}), [Symbol.asyncDispose]: async () => {} } })
  await cycle('measured', 5)
  expect(recorded.filter((one) => one.kind === 'request' && one.why === 'at-birth')).toMatchObject([{ cycle: 0, request: '0-3', path: '/?n=3', outcome: 'counted', status: 200, born: [expect.stringMatching(/^session /)] }])
})

test('evidence that cannot be stored during the load fails the cycle, and nothing before', async () => {
  const { cycle } = await cycles({ members: hung, evidence: () => Promise.reject(new Error('no space left')) })
  await expect(cycle('measured', 30)).rejects.toThrow('no space left')
})

test('what ends the load leaves its cycle to come to rest', async () => {
  const crossed = new AbortController()
  const { cycle, recorded } = await cycles({ loadEnds: crossed.signal })
  setTimeout(() => crossed.abort(new Error('a threshold was crossed')), 1_500)
  const beganMs = performance.now()
  const { dose, settled } = await cycle('measured', 100)
  expect(performance.now() - beganMs).toBeLessThan(8_000)
  expect(dose).toMatchObject({ planned: 100, generator: { kind: 'broken' } })
  expect(dose.counted).toBeLessThan(20)
  expect(settled.kind).toBe('clean')
  expect(recorded.at(-1)).toMatchObject({ kind: 'phase', phase: 'settle', edge: 'end' })
})

test('how far a load was behind is told after it as well: it may have ended meanwhile', async () => {
  const { cycle, lagMs } = await cycles()
  // The sample of its start is on its way then.
  server.once('request', () => {
    for (const until = performance.now() + 1_500; performance.now() < until; );
  })
  await cycle('measured', 3)
  expect(lagMs()).toBeGreaterThan(1_000)
})

test('an interrupt ends the load at once', async () => {
  const interrupt = new AbortController()
  const { cycle } = await cycles({ signal: interrupt.signal })
  setTimeout(() => interrupt.abort(new Error('interrupted')), 1_500)
  const beganMs = performance.now()
  await expect(cycle('measured', 100)).rejects.toThrow(/interrupted|abort/i)
  expect(performance.now() - beganMs).toBeLessThan(4_000)
})
