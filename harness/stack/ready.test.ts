import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { expect, test } from 'vitest'
import { whyNotStarted } from './not-started.ts'
import { freePort } from './ports.ts'
import { untilReady, type ReadyOptions } from './ready.ts'

const ready = (url: string, given: Partial<ReadyOptions> = {}) =>
  untilReady({ url, deadlineMs: 100, crashed: () => null, logTail: async () => [], name: 'shop', signal: new AbortController().signal, ...given }).then(
    () => 'ready',
    (error: Error) => error.message,
  )

/** Answers every request with one status. */
async function serverOf(status: number) {
  const server = createServer((_, response) => response.writeHead(status).end())
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/health`, [Symbol.asyncDispose]: () => new Promise<void>((closed) => void server.close(() => closed())) }
}

test('an application that answers is ready', async () => {
  await using server = await serverOf(302)
  expect(await ready(server.url)).toBe('ready')
})

test('one that answers with errors is told with its answer', async () => {
  await using server = await serverOf(503)
  expect(await ready(server.url)).toBe('The application "shop" was not ready at /health after 0.1 s: it answered 503. Its log is empty.')
})

test('one that never listens is asked for its port, and its log is shown', async () => {
  const port = await freePort()
  const said = await ready(`http://127.0.0.1:${port}/`, { logTail: async () => ['listening on 8000'] })
  expect(said).toBe(`The application "shop" was not ready at / after 0.1 s: connect ECONNREFUSED 127.0.0.1:${port}. Does its command listen on PORT, here ${port}? Its log ends in:\n    listening on 8000`)
})

test('one that speaks TLS is told what it speaks, whatever its certificate is', async () => {
  const server = createTlsServer().listen(0, '127.0.0.1')
  await new Promise((listening) => server.once('listening', listening))
  const { port } = server.address() as AddressInfo
  // Without a certificate it answers a greeting of TLS with an alert of TLS.
  expect(await ready(`http://127.0.0.1:${port}/health`)).toMatch(/^The application "shop" was not ready at \/health after 0\.1 s: .+\. It speaks TLS there, and Lowtide plain HTTP: let it listen without TLS\. Its log is empty\.$/)
  await new Promise((closed) => server.close(closed))
})

test('one that has ended is not waited for', async () => {
  expect(await ready('http://127.0.0.1:9/', { deadlineMs: 60_000, crashed: () => 'exit code 3' })).toBe('The application "shop" ended before it was ready: exit code 3. Its log is empty.')
})

test.each([
  ['no-such-program', '/', 'ENOENT', 'there is no program "no-such-program" on PATH'],
  ['bin/server', '/', 'ENOENT', 'there is no program bin/server (from /)'],
  ['node', '/no-such-folder', 'ENOENT', 'its folder /no-such-folder does not exist'],
  ['./README.md', '/', 'EACCES', '"./README.md" may not be executed'],
])('%s in %s that fails with %s: %s, %s', (program, cwd, code, expected) => {
  expect(whyNotStarted(Object.assign(new Error('spawn'), { code }), { program, cwd })).toBe(expected)
})
