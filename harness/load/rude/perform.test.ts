import type { Socket } from 'node:net'
import { describe, expect, test, vi } from 'vitest'
import type { Request } from '../journey/request.ts'
import { carrying } from '../journey/request-id.ts'
import type { Numbered } from './acts.ts'
import type { Done } from './done.ts'
import { politely, requestsIn, startRawServer, type RawServer } from './fixtures/raw-server.ts'
import type { Manner } from './manners.ts'
import { perform } from './perform.ts'

const form: Request = { path: '/form', method: 'POST', body: 'name=ada&note=%C3%BC', headers: { 'content-type': 'application/x-www-form-urlencoded' } }
const page: Request = { path: '/page?n=7', expect: { contains: 'ok' } }

type Told = Done & { readonly id: string; readonly tookMs: number }

/** Performs an act against a server that answers so, and tells what came of its requests. */
const act = async (manner: Manner, request: Request, server: Pick<RawServer, 'port'>, { requests = 1, timeoutMs = 2_000 } = {}) => {
  const told: Told[] = []
  let [inFlight, most] = [0, 0]
  const begin = ({ id }: Numbered) => {
    const began = performance.now()
    most = Math.max(most, ++inFlight)
    return (done: Done) => {
      inFlight--
      told.push({ id, ...done, tookMs: performance.now() - began })
    }
  }
  const numbered = Array.from({ length: requests }, (_, k) => ({ id: `0-${k}`, path: request.path, request: carrying(request, `0-${k}`) }))
  await perform({ manner, route: 'it', requests: numbered }, { target: { host: '127.0.0.1', port: server.port }, host: `127.0.0.1:${server.port}`, timeoutMs, sourceAddress: () => Promise.reject(new Error('there is no network namespace')), begin })
  expect(inFlight).toBe(0)
  return { told, most, outcomes: told.map(({ outcome }) => outcome) }
}

const sockets = () => process.getActiveResourcesInfo().filter(resource => resource === 'TCPSocketWrap')

const whole = (socket: Socket, body: string) => socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\n\r\n${body}`)
const chunk = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n`
const chunkedHead = 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n'

describe('an abort', () => {
  test('after headers sends them whole, no body, and closes', async () => {
    await using server = await startRawServer(() => undefined)
    const { outcomes } = await act({ kind: 'abort', at: 'headers' }, form, server)
    await server.until(([one]) => one?.ended === true)
    expect(outcomes).toEqual(['counted'])
    expect(server.seen[0]).toMatchObject({ reset: false })
    expect(server.seen[0]!.text).toBe(`POST /form HTTP/1.1\r\nhost: 127.0.0.1:${server.port}\r\nuser-agent: lowtide\r\ncontent-type: application/x-www-form-urlencoded\r\nx-request-id: 0-0\r\ncontent-length: 20\r\n\r\n`)
  })

  test('at first byte waits for it, and for no more', async () => {
    await using server = await startRawServer(socket => void socket.write('H'))
    const { outcomes } = await act({ kind: 'abort', at: 'first byte' }, form, server)
    await server.until(([one]) => one?.ended === true)
    expect(outcomes).toEqual(['counted'])
    expect(server.seen[0]!.text.endsWith(form.body!)).toBe(true)
  })

  test('at first byte of an application that never answers is a request that timed out', async () => {
    await using server = await startRawServer(() => undefined)
    expect((await act({ kind: 'abort', at: 'first byte' }, page, server, { timeoutMs: 60 })).told).toMatchObject([{ outcome: 'timed-out', errorCode: 1050 }])
  })

  test('mid-body comes between two chunks of the body', async () => {
    await using server = await startRawServer(socket => void socket.write(chunkedHead + chunk('first of many')))
    const { told } = await act({ kind: 'abort', at: 'mid-body' }, page, server)
    await server.until(([one]) => one?.ended === true)
    expect(told).toMatchObject([{ outcome: 'counted', status: 200 }])
  })

  test('mid-body waits for the body where the headers come alone', async () => {
    await using server = await startRawServer(socket => void socket.write(chunkedHead))
    const { told } = await act({ kind: 'abort', at: 'mid-body' }, page, server, { timeoutMs: 80 })
    expect(told).toMatchObject([{ outcome: 'timed-out' }])
  })

  test('mid-body of a body that comes whole is no such act, and says so', async () => {
    await using server = await startRawServer(politely('ok, all of it'))
    expect((await act({ kind: 'abort', at: 'mid-body' }, page, server)).told).toMatchObject([{ outcome: 'unexpected', note: 'the body came whole before it could be cut off' }])
  })

  test('mid-body of another answer than the expected one does not count', async () => {
    await using server = await startRawServer(socket => void socket.write('HTTP/1.1 500 No\r\ncontent-length: 100\r\n\r\nhalf'))
    expect((await act({ kind: 'abort', at: 'mid-body' }, page, server)).told).toMatchObject([{ outcome: 'unexpected', status: 500, note: 'the answer had status 500' }])
  })

  test('at last byte reads all of it and resets', async () => {
    await using server = await startRawServer(politely())
    const { outcomes } = await act({ kind: 'abort', at: 'last byte' }, page, server)
    await server.until(([one]) => one?.closed === true)
    expect(outcomes).toEqual(['counted'])
    expect(server.seen[0]).toMatchObject({ reset: true, ended: false })
  })
})

test('an abort at the last byte of a server that closes with it leaves no socket behind', async () => {
  await using server = await startRawServer(socket => void socket.end('HTTP/1.0 200 OK\r\n\r\nok'))
  for (let n = 0; n < 20; n++) expect((await act({ kind: 'abort', at: 'last byte' }, page, server)).outcomes).toEqual(['counted'])
  await server.until(seen => seen.filter(({ closed }) => closed).length === 20)
  await vi.waitFor(() => expect(sockets()).toEqual([]))
})

test('a body that the server never takes in ends with the time-out', async () => {
  await using server = await startRawServer(socket => void socket.pause())
  const { told } = await act({ kind: 'plain' }, { ...form, body: 'x'.repeat(32 * 1024 * 1024) }, server, { timeoutMs: 300 })
  expect(told).toMatchObject([{ outcome: 'timed-out' }])
  expect(told[0]!.tookMs).toBeLessThan(2_000)
})

test('without an address of its own no client vanishes, and it is told why', async () => {
  await using server = await startRawServer(politely())
  expect((await act({ kind: 'vanish' }, page, server)).told).toMatchObject([{ outcome: 'unexpected', note: 'no address to vanish from: there is no network namespace' }])
  expect(server.seen).toEqual([])
})

describe('a slow reader', () => {
  test('takes no more than its bytes a second, and the server feels it', async () => {
    const body = 'x'.repeat(16 * 1024 * 1024)
    let drained = false
    await using server = await startRawServer(socket => {
      whole(socket, body)
      socket.once('drain', () => (drained = true))
    })
    const { told } = await act({ kind: 'slow reader', bytesPerSecond: 2_000 }, { path: '/big' }, server, { timeoutMs: 700 })
    await server.until(([one]) => one?.closed === true)
    expect(told).toMatchObject([{ outcome: 'counted', status: 200 }])
    expect(told[0]!.tookMs).toBeGreaterThan(600)
    // What it left unread in its kernel makes the farewell a reset. The server was held up all the while.
    expect([server.seen[0]!.reset, drained]).toEqual([true, false])
  })

  test('reads an answer to its end, over the time that its length takes', async () => {
    await using server = await startRawServer(politely(`ok${'.'.repeat(1_500)}`))
    const { told } = await act({ kind: 'slow reader', bytesPerSecond: 5_000 }, page, server)
    expect(told).toMatchObject([{ outcome: 'counted' }])
    expect(told[0]!.tookMs).toBeGreaterThan(200)
    expect(told[0]!.tookMs).toBeLessThan(1_500)
  })

  test('of an answer that is read at once is none, and says so', async () => {
    await using server = await startRawServer(politely())
    expect((await act({ kind: 'slow reader', bytesPerSecond: 5_000 }, page, server)).told).toMatchObject([{ outcome: 'unexpected', note: 'the answer was too short to be read slowly' }])
  })
})

describe('a half close', () => {
  test('sends FIN after the request, and reads the answer that comes after it', async () => {
    await using server = await startRawServer(socket => void socket.once('end', () => whole(socket, 'ok')))
    const { told } = await act({ kind: 'half close' }, page, server)
    expect(told).toMatchObject([{ outcome: 'counted', status: 200 }])
    expect(requestsIn(server.seen[0]!.textAtEnd!)).toBe(1)
  })

  test('to which the server says nothing has been one, and is noted', async () => {
    await using server = await startRawServer(socket => void socket.once('end', () => socket.end()))
    expect((await act({ kind: 'half close' }, page, server)).told).toMatchObject([{ outcome: 'counted', note: 'the server closed the connection without an answer' }])
  })
})

describe('a body that is never sent', () => {
  test('is announced, then there is silence, then the client is gone', async () => {
    await using server = await startRawServer(() => undefined)
    const { told } = await act({ kind: 'body never sent', silentMs: 150 }, form, server)
    await server.until(([one]) => one?.ended === true)
    expect(told).toMatchObject([{ outcome: 'counted' }])
    expect(told[0]!.tookMs).toBeGreaterThan(140)
    expect(server.seen[0]!.text).toMatch(/content-length: 20\r\n\r\n$/)
  })

  test('ends where the server answers all the same', async () => {
    await using server = await startRawServer(politely('no body?', 400))
    const { told } = await act({ kind: 'body never sent', silentMs: 5_000 }, form, server)
    expect(told).toMatchObject([{ outcome: 'counted', status: 400 }])
    expect(told[0]!.tookMs).toBeLessThan(1_000)
  })
})

describe('a header drip', () => {
  test('sends its headers piece by piece, and is answered', async () => {
    await using server = await startRawServer(politely())
    const { told } = await act({ kind: 'header drip', bytesPerSecond: 250 }, page, server)
    expect(told).toMatchObject([{ outcome: 'counted', status: 200 }])
    expect(server.seen[0]!.chunks).toBeGreaterThan(3)
    expect(told[0]!.tookMs).toBeGreaterThan(300)
  })

  test('that the server cuts off has been one, and is noted', async () => {
    await using server = await startRawServer(socket => void socket.end('HTTP/1.1 408 Slow\r\ncontent-length: 0\r\n\r\n'))
    expect((await act({ kind: 'header drip', bytesPerSecond: 100 }, page, server)).told).toMatchObject([{ outcome: 'counted', status: 408, note: 'the server ended it before its headers were through' }])
  })
})

test.each<[string, Manner, number, readonly string[]]>([
  ['plain request', { kind: 'plain' }, 1, ['counted']],
  ['abort at the last byte', { kind: 'abort', at: 'last byte' }, 1, ['counted']],
  ['half close', { kind: 'half close' }, 1, ['counted']],
  ['double submit', { kind: 'double submit' }, 2, ['counted', 'counted']],
  ['pipelined pair', { kind: 'pipelined pair' }, 2, ['counted', 'counted']],
  ['keep-alive storm', { kind: 'keep-alive storm' }, 3, ['counted', 'counted', 'counted']],
  ['abort mid-body', { kind: 'abort', at: 'mid-body' }, 1, ['unexpected']],
])('an answer to HEAD, in a %s, is whole with its headers, whatever length they tell', async (_, manner, requests, expected) => {
  await using server = await startRawServer((socket, text) => {
    const heads = 'HTTP/1.1 200 OK\r\ncontent-length: 12\r\n\r\n'.repeat(requestsIn(text))
    const sent = socket.bytesWritten
    if (heads.length > sent) socket.write(heads.slice(sent))
  })
  expect((await act(manner, { path: '/page', method: 'HEAD' }, server, { requests, timeoutMs: 500 })).outcomes).toEqual(expected)
})

describe('several requests', () => {
  test('of a double submit are one form, over two connections that stand before either is sent', async () => {
    await using server = await startRawServer(politely())
    const { told, most } = await act({ kind: 'double submit' }, form, server, { requests: 2 })
    expect(told).toMatchObject([{ outcome: 'counted' }, { outcome: 'counted' }])
    expect(most).toBe(2)
    expect(server.seen).toHaveLength(2)
    expect(server.seen[0]!.text.replace('0-0', '0-1')).toBe(server.seen[1]!.text)
  })

  test('of a double submit count where one of the two is refused, and not where both are', async () => {
    const refusing = (refused: (nth: number) => boolean) => (socket: Socket, _: string, nth: number) => void socket.write(`HTTP/1.1 ${refused(nth) ? 409 : 200} X\r\ncontent-length: 2\r\n\r\nok`)
    await using once = await startRawServer(refusing(nth => nth === 1))
    await using never = await startRawServer(refusing(() => true))
    expect((await act({ kind: 'double submit' }, form, once, { requests: 2 })).outcomes).toEqual(['counted', 'counted'])
    expect((await act({ kind: 'double submit' }, form, never, { requests: 2 })).outcomes).toEqual(['unexpected', 'unexpected'])
  })

  test('of a pipelined pair come in one packet, and both are answered', async () => {
    let first = ''
    const answer = politely()
    await using server = await startRawServer((socket, text) => {
      first ||= text
      answer(socket, text)
    })
    const { outcomes, most } = await act({ kind: 'pipelined pair' }, page, server, { requests: 2 })
    expect(outcomes).toEqual(['counted', 'counted'])
    expect(most).toBe(2)
    expect([requestsIn(first), server.seen.length]).toEqual([2, 1])
  })

  test('of a pipelined pair are told apart where only the first is answered', async () => {
    await using server = await startRawServer(socket => void socket.end('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok'))
    expect((await act({ kind: 'pipelined pair' }, page, server, { requests: 2 })).outcomes).toEqual(['counted', 'broken'])
  })

  test('of a keep-alive storm share one connection, one at a time', async () => {
    await using server = await startRawServer(politely())
    const { outcomes, most } = await act({ kind: 'keep-alive storm' }, page, server, { requests: 12 })
    expect(outcomes).toEqual(Array(12).fill('counted'))
    expect([most, server.seen.length, requestsIn(server.seen[0]!.text)]).toEqual([1, 1, 12])
  })

  test('of a storm that the server interrupts go over another connection, and it is noted', async () => {
    await using server = await startRawServer(socket => void socket.end('HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\nok'))
    const { told } = await act({ kind: 'keep-alive storm' }, page, server, { requests: 3 })
    expect(told.map(({ outcome, note }) => [outcome, note !== undefined])).toEqual([['counted', true], ['counted', true], ['counted', false]])
    expect(server.seen).toHaveLength(3)
  })

  test('of a connection churn have one each, closed by the client before the next', async () => {
    await using server = await startRawServer(politely())
    const { outcomes } = await act({ kind: 'connection churn' }, page, server, { requests: 5 })
    await server.until(seen => seen.filter(({ ended }) => ended).length === 5)
    expect(outcomes).toEqual(Array(5).fill('counted'))
    expect(server.seen.map(({ text, reset }) => [requestsIn(text), reset])).toEqual(Array(5).fill([1, false]))
  })
})

test.each<[string, Manner, number]>([
  ['abort', { kind: 'abort', at: 'mid-body' }, 1],
  ['slow reader', { kind: 'slow reader', bytesPerSecond: 100 }, 1],
  ['half close', { kind: 'half close' }, 1],
  ['header drip', { kind: 'header drip', bytesPerSecond: 1_000 }, 1],
  ['double submit', { kind: 'double submit' }, 2],
  ['pipelined pair', { kind: 'pipelined pair' }, 2],
  ['keep-alive storm', { kind: 'keep-alive storm' }, 3],
])('without a server every request of a %s is broken, as refused', async (_, manner, requests) => {
  const { told } = await act(manner, form, { port: 1 }, { requests })
  expect(told.map(({ outcome, errorCode }) => [outcome, errorCode])).toEqual(Array(requests).fill(['broken', 1212]))
})

test('bytes that are no HTTP are a broken request, not the end of the process', async () => {
  await using server = await startRawServer(socket => void socket.write('SSH-2.0-OpenSSH\r\n'))
  expect((await act({ kind: 'plain' }, page, server)).outcomes).toEqual(['broken'])
})

test.each<[string, Manner, number]>([
  ['plain request', { kind: 'plain' }, 1],
  ['abort at the last byte', { kind: 'abort', at: 'last byte' }, 1],
  ['double submit', { kind: 'double submit' }, 2],
  ['pipelined pair', { kind: 'pipelined pair' }, 2],
  ['keep-alive storm', { kind: 'keep-alive storm' }, 1],
])('an expectation that throws is what came of a %s, whose connection is closed', async (_, manner, requests) => {
  await using server = await startRawServer(politely())
  const odd: Request = { path: '/page', expect: { status: () => { throw new Error('no such status') } } }
  const { told } = await act(manner, odd, server, { requests })
  expect(told).toMatchObject(Array(requests).fill({ outcome: 'unexpected', note: 'it could not be done: no such status' }))
  await server.until(seen => seen.every(({ ended }) => ended))
})

test('a path that cannot be sent is what came of it', async () => {
  await using server = await startRawServer(politely())
  expect((await act({ kind: 'vanish' }, { path: '/two words' }, server)).told).toMatchObject([{ outcome: 'unexpected' }])
  expect((await act({ kind: 'plain' }, { path: '/two words' }, server)).told).toMatchObject([{ outcome: 'unexpected', note: 'it could not be done: expected a path that begins with / and is percent-encoded, got "/two words"' }])
})
