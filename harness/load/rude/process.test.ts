import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { ownedPids } from '../fixtures/owned-pids.ts'
import { launchRude, type RudeLaunch } from './process.ts'

const run = 'rude-process-test'

/** Of a process that does this and never says that it is ready. */
const launchOf = async (script: string): Promise<RudeLaunch> => {
  const dir = await mkdtemp(join(tmpdir(), 'rude-process-'))
  onTestFinished(() => rm(dir, { recursive: true, force: true }))
  await writeFile(join(dir, 'rude.mjs'), script)
  return { bundle: { script: join(dir, 'rude.mjs'), visits: '', folder: dir, rude: {} }, plan: null as never, run, dir, readyTimeoutMs: 10_000, namespace: null, signal: AbortSignal.timeout(15_000), onManners: () => undefined }
}

test('rude clients whose run is interrupted as they start are not waited for, and end', { timeout: 20_000 }, async () => {
  const launch = await launchOf('setInterval(() => undefined, 1_000)\n')
  const interrupt = new AbortController()
  const launched = launchRude({ ...launch, signal: interrupt.signal })
  interrupt.abort(new Error('interrupted by SIGINT'))
  await expect(launched).rejects.toThrow('interrupted by SIGINT')
  expect(ownedPids(run)).toEqual([])
})

test('rude clients that end before they are ready are told with how', async () => {
  const { notReady, ended } = await launchRude(await launchOf("console.error('no such host'); process.exit(7)\n"))
  expect(notReady).toBe('the rude clients ended with exit code 7')
  expect(await ended).toMatchObject({ exitCode: 7, tail: 'no such host' })
})

test('rude clients that cannot be started at all are told with what the system said', async () => {
  const namespace: RudeLaunch['namespace'] = { inside: () => ['/nowhere/nsenter'], addresses: { first: '198.18.16.1', count: 1, link: 'lo' }, [Symbol.asyncDispose]: () => Promise.resolve() }
  expect((await launchRude({ ...(await launchOf('')), namespace })).notReady).toBe('the rude clients could not be started: spawn /nowhere/nsenter ENOENT')
})
