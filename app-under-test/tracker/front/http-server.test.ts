import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { readBody, refuse, serverOf } from './http-server.ts'

test('a body is read to its end, wherever it is cut', async () => {
  expect(await exchange('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\nConnection: close\r\n\r\nabc', 'def')).toMatch(/^HTTP\/1\.1 200 .*abcdef$/s)
})

test('a body that is too long is answered', async () => {
  const body = 'x'.repeat(3000)
  expect(await exchange(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3000\r\nConnection: close\r\n\r\n${body}`)).toMatch(/^HTTP\/1\.1 413 .*too long/s)
})

test('a client that sends for ever is cut off', async () => {
  await using server = await started()
  const socket = connect(server.port).on('error', () => {})
  socket.write('POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n')
  const sending = setInterval(() => socket.write(`400\r\n${'x'.repeat(1024)}\r\n`), 1)
  await new Promise((resolve) => socket.once('close', resolve))
  clearInterval(sending)
  expect([server.bodies, socket.bytesWritten < 1_000_000]).toEqual([[null], true])
})

test.each([
  ['a body that never ends', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\nabc'],
  ['a body in chunks that never ends', 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n'],
  ['headers that never end', 'GET / HTTP/1.1\r\nHost: a\r\nX-Slow: '],
])('%s: the client is told after its time, and let go', async (_, beginning) => {
  const begin = performance.now()
  expect(await exchange(beginning)).toMatch(/^HTTP\/1\.1 408 /)
  expect(performance.now() - begin).toBeLessThan(3000)
})

test('a client that leaves in the middle of its body is forgotten', async () => {
  await using server = await started()
  const socket = connect(server.port)
  socket.write('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\nabc')
  await expect.poll(server.connections).toBe(1)
  socket.destroy()
  await expect.poll(server.connections).toBe(0)
  expect(server.bodies).toEqual([null])
})

test('a client that closes its half has left: nothing of it waits for a page that may never come', async () => {
  await using server = await started({ answerAfterMs: 1000 })
  const socket = connect({ port: server.port, allowHalfOpen: true })
  const begin = performance.now()
  socket.end('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
  expect(await textOf(socket)).toBe('')
  await expect.poll(server.connections).toBe(0)
  expect(performance.now() - begin).toBeLessThan(900)
  expect(server.bodies).toEqual([''])
})

test.each([
  ['too many headers', `GET / HTTP/1.1\r\nHost: a\r\n${'X-A: b\r\n'.repeat(3000)}\r\n`, 431],
  ['a query of a megabyte', `GET /?${'q'.repeat(1_000_000)} HTTP/1.1\r\nHost: a\r\n\r\n`, 431],
  ['no HTTP at all', '\u0016\u0003\u0001\u0002\r\n\r\n', 400],
  ['two lengths', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n', 400],
])('%s: refused by its status', async (_, request, status) => {
  expect(await exchange(request)).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `))
})

/** What a server that repeats bodies answers to the bytes, sent one part after the other. */
async function exchange(...parts: readonly string[]): Promise<string> {
  await using server = await started()
  const socket = connect(server.port)
  const answer = textOf(socket)
  for (const part of parts) {
    socket.write(part)
    await sleep(20)
  }
  return await answer
}

async function textOf(socket: NodeJS.ReadableStream & { destroy: () => void }): Promise<string> {
  let text = ''
  socket.on('data', (chunk: Buffer) => void (text += chunk.toString('latin1')))
  await once(socket, 'close').catch(() => {})
  return text
}

async function started({ answerAfterMs = 0 } = {}) {
  const bodies: (string | null)[] = []
  const server = serverOf(
    async (request, response) => {
      const body = await readBody(request, 2000)
      bodies.push(body && body.toString())
      if (answerAfterMs > 0) await sleep(answerAfterMs)
      if (body) response.end(body)
      else refuse(response, 413, 'That is too long, or not all of it came.')
    },
    { headersTimeout: 150, requestTimeout: 300, connectionsCheckingInterval: 50 },
  )
  server.listen(0)
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    bodies,
    connections: () => new Promise<number>((resolve, reject) => server.getConnections((error, count) => (error ? reject(error) : resolve(count)))),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
