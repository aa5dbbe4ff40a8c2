import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { revertedInPython } from '../../../app-under-test/zoo/reverts/reverted.ts'
import { soak, type Scenario } from '../../index.ts'

let reports = ''
beforeAll(async () => void (reports = await mkdtemp(join(tmpdir(), 'application-log-test-'))))
afterAll(() => rm(reports, { recursive: true, force: true }))

const said = 'rolling back returned connection: <psycopg.Connection [INTRANS] (host=127.0.0.1 database=app) at 0x7f6c31351650>'

/** An exhibit's, with which it shares psycopg_pool and its data. */
const { cwd, seed } = revertedInPython('cancelled_in_queue')

/** One of its routes quotes the pool. */
const scenario = {
  name: 'returned-open',
  target: {
    name: 'parcels',
    cwd,
    seed,
    command: ['sh', '-c', 'PYTHONPATH=mended exec "$0" "$1"', process.env['PYTHON'] ?? 'python3', join(import.meta.dirname, '../fixtures/returned_open.py')],
    readyPath: '/',
    limits: { poolMaxPerProcess: 8, workers: 1, transactionMs: 3_000 },
    variants: { default: 'ends', by: { ends: { ZOO_LIBRARY: 'mended' }, forgets: { ZOO_LIBRARY: 'mended', FORGETS: '1' } } },
  },
  load: {
    kind: 'routes',
    routes: [
      { name: 'parcel', path: '/parcel', expect: { contains: 'to ' } },
      { name: 'search', path: `/search?q=${encodeURIComponent(said)}`, expect: { contains: 'nothing found' } },
    ],
  },
} satisfies Scenario

const run = async (variant: string) => {
  const { findings, dir } = await soak(scenario, { variant, profile: 'repro', stack: 'processes', from: join(import.meta.dirname, '../../../app-under-test/zoo/exhibits'), reports, signal: AbortSignal.timeout(110_000) })
  const log = (await readFile(join(dir, 'logs', 'application.log'), 'utf8')).split('\n')
  return { verdict: findings.verdict, opinion: findings.findings.find(({ invariant }) => invariant === 'no pool had to clean up after a request'), log }
}

test('a pool that rolls back what requests gave back open is told of, as often as it did, and fails nothing', async () => {
  const { verdict, opinion, log } = await run('forgets')
  const times = log.filter((line) => line.includes('WARNING psycopg.pool: rolling back')).length
  expect(times).toBeGreaterThan(20)
  expect(log.filter((line) => line.includes(`searched for ${said}`)).length).toBeGreaterThan(20)
  expect([verdict, opinion?.kind]).toEqual(['pass', 'warning'])
  expect(opinion?.sentence).toMatch(new RegExp(`^${times} times a pool cleaned up after a request: psycopg_pool rolled back a transaction that was still open when its connection came back; first in cycle 0: .* WARNING psycopg.pool: rolling back returned connection: <psycopg.Connection \\[INTRANS\\]`))
}, 120_000)

test('its twin, which ends what it began, is not, though its log quotes the words', async () => {
  const { verdict, opinion, log } = await run('ends')
  expect(log.filter((line) => line.includes(said)).length).toBeGreaterThan(20)
  expect([verdict, opinion?.kind]).toEqual(['pass', 'pass'])
}, 120_000)
