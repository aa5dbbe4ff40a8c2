import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { expect, test } from 'vitest'
import { askByHolding } from './ask-by-holding.ts'

const holdsMs = 200

/** A server with a thread of its own, whose requests each take one of its places. */
const pooled = (places: number): string => `
  const { parentPort } = require('node:worker_threads')
  const waiting = []
  let free = ${places}
  const server = require('node:http').createServer(async (_, response) => {
    if (free > 0) free -= 1
    else await new Promise((turn) => waiting.push(turn))
    setTimeout(() => {
      const next = waiting.shift()
      if (next === undefined) free += 1
      else next()
      response.end()
    }, ${holdsMs})
  }).listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port))`

/** Keeps everything else of this process from its turn. */
const holdFor = (ms: number): void => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)

test('where the harness was held up as the first answers came, whoever waited looks like who did not: such a wave is sent again', { timeout: 60_000 }, async () => {
  const server = new Worker(pooled(2), { eval: true })
  try {
    const [port] = (await once(server, 'message')) as [number]
    await using asker = askByHolding({ url: `http://127.0.0.1:${port}/`, holdsMs, signal: AbortSignal.timeout(60_000) })
    const answer = asker.send(3)
    setTimeout(() => holdFor(2.5 * holdsMs), 0.5 * holdsMs)
    expect(await answer).toEqual({ atOnce: 2, declined: 0, inVain: false })
  } finally {
    await server.terminate()
  }
})

test('nobody is sent again to wait where nobody was served', { timeout: 60_000 }, async () => {
  const server = new Worker(pooled(0), { eval: true })
  try {
    const [port] = (await once(server, 'message')) as [number]
    await using asker = askByHolding({ url: `http://127.0.0.1:${port}/`, holdsMs, signal: AbortSignal.timeout(60_000) })
    const answer = asker.send(1)
    setTimeout(() => holdFor(2.5 * holdsMs), 0.5 * holdsMs)
    expect(await answer).toEqual({ atOnce: 0, declined: 0, inVain: true })
    expect(asker.waiting()).toBe(1)
  } finally {
    await server.terminate()
  }
})
