import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { ownedPids } from '../fixtures/owned-pids.ts'
import { launchRude } from './process.ts'

test('rude clients whose run is interrupted as they start are not waited for, and end', { timeout: 20_000 }, async () => {
  const dir = await mkdtemp(join(tmpdir(), 'rude-process-'))
  onTestFinished(() => rm(dir, { recursive: true, force: true }))
  // They never say that they are ready.
  await writeFile(join(dir, 'rude.mjs'), 'setInterval(() => undefined, 1_000)\n')
  const interrupt = new AbortController()
  const launched = launchRude({ bundle: { script: join(dir, 'rude.mjs'), visits: '', folder: dir, rude: {} }, plan: null as never, run: 'rude-process-test', dir, readyTimeoutMs: 10_000, namespace: null, signal: interrupt.signal, onManners: () => undefined })
  interrupt.abort(new Error('interrupted by SIGINT'))
  await expect(launched).rejects.toThrow('interrupted by SIGINT')
  expect(ownedPids('rude-process-test')).toEqual([])
})
