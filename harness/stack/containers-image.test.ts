import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import Docker from 'dockerode'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { buildImage, pullImage } from './containers-image.ts'
import { startEngine, type Answer } from './fixtures/engine.ts'

let dir = ''
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'image-test-'))
  await writeFile(join(dir, 'Dockerfile'), 'FROM scratch\n')
})
afterAll(() => rm(dir, { recursive: true }))
afterEach(() => vi.unstubAllEnvs())

/** It has no image, and what is to fetch or to make one goes on for ever. */
const slow = (asked: string): Answer => {
  if (asked.startsWith('POST /images/create') || asked.startsWith('POST /build')) return 'begins, and hangs'
  return asked.startsWith('GET /images/') ? { status: 404, body: { message: 'No such image: postgres:18' } } : { status: 200, body: { Version: '27.0.0', Os: 'linux' } }
}

test('an interrupt does not wait for an image that is being fetched, and nobody waits for one whose registry never sends it', async () => {
  await using engine = await startEngine(slow)
  vi.stubEnv('DOCKER_HOST', engine.url)
  const interrupt = new AbortController()
  const pulled = pullImage('postgres:18', interrupt.signal)
  await expect.poll(() => engine.asked()).toContain('POST /images/create')
  interrupt.abort(new Error('interrupted'))
  await expect(pulled).rejects.toThrow('interrupted')
  await expect(pullImage('postgres:18', new AbortController().signal, { withinMs: 300 })).rejects.toThrow('The image postgres:18 was not fetched within 0.3 s. Does its registry answer? Fetch it by hand, which the engine remembers: docker pull postgres:18')
})

test('nor for one that is being built', async () => {
  await using engine = await startEngine(slow)
  const interrupt = new AbortController()
  const built = building(engine.url, interrupt.signal)
  await expect.poll(() => engine.asked()).toContain('POST /build')
  interrupt.abort(new Error('interrupted'))
  await expect(built).rejects.toThrow('interrupted')
})

test('a build of which the engine says nothing more is given up, and one that it goes on telling of is not', async () => {
  const never = new AbortController().signal
  await using silent = await startEngine(slow)
  await expect(building(silent.url, never, { silentForMs: 300 })).rejects.toThrow(`The image of "shop" could not be built from ${dir}/Dockerfile: the engine has said nothing of it for 0.3 s. Does a step wait for something, or does the engine hang? Build it once by hand, which the engine remembers: docker build -f ${dir}/Dockerfile ${dir}\nThe build said last:\n    Step 1/1 : FROM scratch`)
  await using telling = await startTelling(20, 50)
  expect(await building(telling.url, never, { silentForMs: 500 })).toBe('sha256:0123')
})

test('what prepares it is not waited for for ever', async () => {
  await using engine = await startEngine(slow)
  await mkdir(join(dir, 'logs'), { recursive: true })
  const built = building(engine.url, new AbortController().signal, { prepare: ['sh', '-c', 'echo half of it; sleep 30'], preparedWithinMs: 600 })
  await expect(built).rejects.toThrow('What prepares the image of "shop" (sh -c echo half of it; sleep 30) had not ended after 0.6 s. Does it wait for something? Run it once by hand. It said last:\n    half of it')
})

/** An engine whose build takes so many steps, each so long. */
async function startTelling(steps: number, eachMs: number) {
  const server = createServer(async (request, response) => {
    request.resume()
    response.writeHead(200, { 'content-type': 'application/json' })
    for (let step = 1; step <= steps; step += 1) {
      response.write(`${JSON.stringify({ stream: `Step ${step}/${steps}` })}\r\n`)
      await delay(eachMs)
    }
    response.end(`${JSON.stringify({ aux: { ID: 'sha256:0123' } })}\r\n`)
  }).listen(0, '127.0.0.1')
  await new Promise((listening) => server.once('listening', listening))
  return { url: `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`, [Symbol.asyncDispose]: () => new Promise<void>((closed) => void server.close(() => closed())) }
}

type Patience = NonNullable<Parameters<typeof buildImage>[2]> & { readonly prepare?: readonly string[] }

function building(engine: string, signal: AbortSignal, { prepare, ...patience }: Patience = {}): Promise<string> {
  const { hostname, port } = new URL(engine)
  const target = { name: 'shop', command: ['true'], readyPath: '/', image: { context: '.', dockerfile: 'Dockerfile', port: 80, ...(prepare && { prepare }) } }
  return buildImage(new Docker({ host: hostname, port, protocol: 'http' }), { target, scenarioDir: dir, variant: null, run: 'a-run', dir, own: () => {}, say: () => {}, signal }, patience)
}
