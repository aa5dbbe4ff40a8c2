import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { describeK6, findK6, k6For, K6NotFound, pinnedVersion } from './binary.ts'
import { sourceHash } from './from-go.ts'
import { downloadK6 } from './from-release.ts'

let dir: string
let bin: string
let cache: string

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'lowtide-k6-binary-'))
  bin = join(dir, 'bin')
  cache = join(dir, 'cache')
  await mkdir(bin)
  await mkdir(cache)
  vi.stubEnv('PATH', `${bin}:/usr/bin:/bin`)
  vi.stubEnv('LOWTIDE_CACHE', cache)
})

afterEach(async () => {
  vi.unstubAllEnvs()
  await rm(dir, { recursive: true })
})

test('any k6 2.x on PATH is taken', async () => {
  await program(bin, 'k6', 'echo "k6 v2.3.1 (commit/abc, go1.26.1, linux/amd64)"')
  expect(await find()).toEqual({ how: 'path', version: '2.3.1', command: ['k6'], output: 'csv' })
})

test('an older k6 on PATH is passed over for the cached one', async () => {
  await program(bin, 'k6', 'echo "k6 v1.8.0 (go1.24.2, linux/amd64)"')
  const file = await program(cache, `k6-${pinnedVersion}`, 'echo "k6 v2.2.0 (go1.26.1, linux/amd64)"')
  expect(await find()).toEqual({ how: 'cache', version: '2.2.0', command: [file], output: 'csv' })
})

test('one with the output of ours goes before any other, and is told by what it says of itself', async () => {
  await program(bin, 'k6', 'echo "k6 v2.3.1 (commit/abc, go1.26.1, linux/amd64)"')
  const file = await program(cache, `k6-${pinnedVersion}-lowtide-${await sourceHash()}`, 'printf "k6 v2.2.0 (go1.26.8, linux/amd64)\nExtensions:\n  lowtide/k6-build/stream , k6/x/lowtide [js]\n  lowtide/k6-build/stream.New , lowtide [output]\n"')
  expect(await find()).toEqual({ how: 'cache', version: '2.2.0', command: [file], output: 'lowtide' })
})

test('one whose output is ours and of an older build, without the module that journeys hand their requests to, is used as any other', async () => {
  await program(bin, 'k6', 'printf "k6 v2.2.0 (go1.26.8, linux/amd64)\nExtensions:\n  lowtide/k6-build/stream.New , lowtide [output]\n"')
  expect(await find()).toMatchObject({ how: 'path', output: 'csv' })
})

test('for a long load it is built before one of stock is taken, and that it cannot be is said', async () => {
  await program(bin, 'k6', 'echo "k6 v2.3.1 (commit/abc, go1.26.1, linux/amd64)"')
  await program(bin, 'go', 'echo "go version go1.19.8 linux/amd64"')
  const said: string[] = []
  expect(await findK6({ ...quiet(), say: line => said.push(line), long: true })).toMatchObject({ how: 'path', output: 'csv' })
  expect(said).toEqual(["k6 cannot be built with Lowtide's output (go version go1.19.8 linux/amd64, but k6 2.x takes Go 1.25); going on with its CSV, which costs more CPU"])
})

test('generators in a cluster need no k6 here', async () => {
  vi.stubEnv('PATH', bin)
  const k6 = await k6For({ cluster: { image: 'registry.example/lowtide-k6', host: '10.0.0.7' } }, quiet())
  expect(describeK6(k6)).toBe('registry.example/lowtide-k6 (cluster, own output)')
  expect(k6.output).toBe('lowtide')
})

test('a download with another checksum is refused, and nothing of it is kept', async () => {
  await using site = await serve((_, response) => response.end('not a k6 at all'))
  const file = join(cache, 'k6')
  await expect(downloadK6(pinnedVersion, file, { ...quiet(), site: site.url })).rejects.toThrow(/k6-v2\.2\.0-.* has SHA-256 [0-9a-f]{64}, expected [0-9a-f]{64}: not installed/)
  expect(await readdir(cache)).toEqual([])
})

test('a site that does not answer is given up after 3 s', { timeout: 10_000 }, async () => {
  await using site = await serve(() => undefined)
  const startedMs = performance.now()
  await expect(downloadK6(pinnedVersion, join(cache, 'k6'), { ...quiet(), site: site.url })).rejects.toThrow(/no answer from 127\.0\.0\.1:\d+ within 3000 ms/)
  expect(performance.now() - startedMs).toBeLessThan(4_000)
})

test('a missing release is told by its status', async () => {
  await using site = await serve((_, response) => response.writeHead(404).end())
  await expect(downloadK6(pinnedVersion, join(cache, 'k6'), { ...quiet(), site: site.url })).rejects.toThrow(/\.(tar\.gz|zip) answered 404/)
})

test('without any way to get k6, one line names three and says what was tried', { timeout: 20_000 }, async () => {
  // Nothing on PATH but what fails, and no way out to the network.
  for (const name of ['k6', 'go', 'docker']) await program(bin, name, `echo "no ${name} today" >&2; exit 1`)
  vi.stubEnv('PATH', bin)
  vi.stubGlobal('fetch', () => Promise.reject(new TypeError('fetch failed', { cause: new Error('getaddrinfo ENOTFOUND github.com') })))
  const error = await find().catch((error: unknown) => error)
  vi.unstubAllGlobals()
  expect(error).toBeInstanceOf(K6NotFound)
  expect((error as Error).message).toBe(
    'No k6 2.x could be had. Install it (https://grafana.com/docs/k6/latest/set-up/install-k6/), or put Go 1.25 or newer on PATH and run again, ' +
      'or start a Docker engine that can pull grafana/k6:2.2.0. ' +
      'Tried path: no k6 today; cache: not there; release: github.com: getaddrinfo ENOTFOUND github.com; go: no go today; image: no docker today.',
  )
  expect(await readdir(cache)).toEqual([])
})

test('where the cache cannot be made, what to set is told', { timeout: 20_000 }, async () => {
  for (const name of ['go', 'docker']) await program(bin, name, 'exit 1')
  vi.stubEnv('PATH', bin)
  vi.stubEnv('LOWTIDE_CACHE', join(bin, 'go', 'cache'))
  const error = await find().catch((error: unknown) => error)
  expect((error as Error).message).toContain(`release: it cannot be kept in ${join(bin, 'go', 'cache')} (ENOTDIR: not a directory, mkdir '${join(bin, 'go', 'cache')}'): set LOWTIDE_CACHE to another folder; `)
})

test('a Go that is too old is told so', { timeout: 20_000 }, async () => {
  await program(bin, 'go', 'echo "go version go1.19.8 linux/amd64"')
  await program(bin, 'docker', 'exit 1')
  vi.stubEnv('PATH', bin)
  vi.stubGlobal('fetch', () => Promise.reject(new TypeError('fetch failed')))
  const error = await find().catch((error: unknown) => error)
  vi.unstubAllGlobals()
  expect((error as Error).message).toContain('go: go version go1.19.8 linux/amd64, but k6 2.x takes Go 1.25')
})

const quiet = () => ({ signal: new AbortController().signal, say: () => undefined })
const find = () => findK6(quiet())

const program = async (folder: string, name: string, text: string): Promise<string> => {
  const file = join(folder, name)
  await writeFile(file, `#!/bin/sh\n${text}\n`)
  await chmod(file, 0o755)
  return file
}

const serve = async (answer: Parameters<typeof createServer>[1] & {}) => {
  const server = createServer(answer)
  await new Promise<void>(listening => server.listen(0, '127.0.0.1', listening))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise(closed => server.close(closed))
    },
  }
}
