import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { k6Rest } from './rest.ts'

const served = async (answer: RequestListener) => {
  const server = createServer(answer).listen(0, '127.0.0.1')
  onTestFinished(() => {
    server.close().closeAllConnections()
  })
  await once(server, 'listening')
  return k6Rest((server.address() as AddressInfo).port)
}

test('whoever else got the port is not taken for a k6, and waited for until the time is over', async () => {
  for (const said of ['hello', 'null', '{}', '{"data":{"attributes":null}}']) {
    const rest = await served((_, response) => response.end(said))
    const late = AbortSignal.timeout(60)
    await expect(rest.paused(late)).rejects.toThrow()
    expect(late.aborted, said).toBe(true)
  }
})

test('k6 is waited for until all its users are ready', async () => {
  const answers = [[503, 'soon'], [200, status(1)], [200, status(4)]] as const
  let asked = 0
  const rest = await served((_, response) => {
    const [code, said] = answers[asked++]!
    response.writeHead(code).end(said)
  })
  await rest.paused(AbortSignal.timeout(5_000))
  expect(asked).toBe(3)
})

test('a k6 that refuses its start is told with its answer', async () => {
  const rest = await served((_, response) => response.writeHead(500).end('not now'))
  await expect(rest.start(AbortSignal.timeout(5_000))).rejects.toThrow('k6 answered 500 to its start: not now')
})

/** As k6 tells it. */
const status = (code: number) => JSON.stringify({ data: { type: 'status', id: 'default', attributes: { status: code, paused: true, running: false, tainted: false } } })
