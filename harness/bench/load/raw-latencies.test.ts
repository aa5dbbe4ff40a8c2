import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Sample } from '../../load/samples.ts'
import { readRawLatencies, writeRawLatencies } from './raw-latencies.ts'

let dir = ''
beforeAll(async () => void (dir = await mkdtemp(join(tmpdir(), 'raw-latencies-'))))
afterAll(() => rm(dir, { recursive: true, force: true }))

const common = { atMs: 0, request: '0-0', route: 'page' }
const ended = (durationMs: number, outcome: 'counted' | 'unexpected' | 'timed-out' | 'broken' = 'counted'): Sample => ({ kind: 'ended', ...common, outcome, durationMs, status: 200, errorCode: 0 })

test('every latency of an answer is there again, four bytes each, and no other', async () => {
  const file = join(dir, 'some')
  {
    using raw = writeRawLatencies(file)
    // Ten thousand each of 1 to 4 µs: more than are held at once.
    for (let n = 0; n < 40_000; n++) raw.take(ended((1 + (n % 4)) / 1_000))
    raw.take(ended(9_000, 'unexpected'))
    for (const other of [ended(1, 'timed-out'), ended(1, 'broken'), { kind: 'started', ...common, path: '/', lateMs: 0 } as const]) raw.take(other)
  }
  expect((await stat(file)).size).toBe(4 * 40_001)
  const { count, percentile } = readRawLatencies(file)
  expect([count, percentile(0), percentile(50), percentile(100)]).toEqual([40_001, 0.001, 0.003, 9_000])
  expect(percentile(75)).toBeCloseTo(0.004, 9)
})
