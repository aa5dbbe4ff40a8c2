import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Docker from 'dockerode'
import { afterEach, expect, test, vi } from 'vitest'
import { buildImage, pullImage } from './containers-image.ts'
import { startEngine, type Answer } from './fixtures/engine.ts'

afterEach(() => vi.unstubAllEnvs())

/** It has no image, and what is to fetch or to make one goes on for ever. */
const slow = (asked: string): Answer => {
  if (asked.startsWith('POST /images/create') || asked.startsWith('POST /build')) return 'begins, and hangs'
  return asked.startsWith('GET /images/') ? { status: 404, body: { message: 'No such image: postgres:18' } } : { status: 200, body: { Version: '27.0.0', Os: 'linux' } }
}

test('an interrupt does not wait for an image that is being fetched', async () => {
  await using engine = await startEngine(slow)
  vi.stubEnv('DOCKER_HOST', engine.url)
  const interrupt = new AbortController()
  const pulled = pullImage('postgres:18', interrupt.signal)
  await expect.poll(() => engine.asked()).toContain('POST /images/create')
  interrupt.abort(new Error('interrupted'))
  await expect(pulled).rejects.toThrow('interrupted')
})

test('nor for one that is being built', async () => {
  await using engine = await startEngine(slow)
  const dir = await mkdtemp(join(tmpdir(), 'image-test-'))
  try {
    await writeFile(join(dir, 'Dockerfile'), 'FROM scratch\n')
    const interrupt = new AbortController()
    const { hostname, port } = new URL(engine.url)
    const target = { name: 'shop', command: ['true'], readyPath: '/', image: { context: '.', dockerfile: 'Dockerfile', port: 80 } }
    const built = buildImage(new Docker({ host: hostname, port, protocol: 'http' }), { target, scenarioDir: dir, variant: null, run: 'a-run', dir, own: () => {}, say: () => {}, signal: interrupt.signal })
    await expect.poll(() => engine.asked()).toContain('POST /build')
    interrupt.abort(new Error('interrupted'))
    await expect(built).rejects.toThrow('interrupted')
  } finally {
    await rm(dir, { recursive: true })
  }
})
