import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import type { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Rude } from '../../scenario/rude.ts'
import { openNamespace, whyNoNamespace } from '../../stack/namespace.ts'
import { findOwned } from '../../stack/owned.ts'
import type { Owned } from '../../stack/stack.ts'
import type { RudeClients } from '../../timeline/entry.ts'
import { startOn } from '../fixtures/play.ts'
import { findK6, type K6 } from '../k6/binary.ts'
import { politely, startRawServer } from './fixtures/raw-server.ts'

let k6: K6
let dir: string

beforeAll(async () => {
  k6 = await findK6({ signal: AbortSignal.timeout(900_000), say: console.error })
  dir = await mkdtemp(join(tmpdir(), 'lowtide-vanish-'))
}, 900_000)

afterAll(() => rm(dir, { recursive: true, force: true }))

describe.runIf(whyNoNamespace() === null)('from a network namespace', { timeout: 30_000 }, () => {
  test('a client vanishes without FIN or RST: its server’s socket stays established, and still does when the namespace is gone', async () => {
    const addresses: string[] = []
    await using server = await startRawServer((socket, text) => {
      if (!isVanishing(socket)) return politely()(socket, text)
      addresses.push(socket.remoteAddress!)
      stream(socket)
    })
    const { dose, manners, owned } = await play({ vanish: 0.2 }, server.port)
    expect(dose).toMatchObject({ planned: 20, counted: 20, generator: { kind: 'completed' } })
    expect(manners).toEqual([{ manner: 'vanish', planned: 4, performed: 4, notes: [] }])
    expect(new Set(addresses).size).toBe(4)
    expect(await findOwned(owned)).toEqual([])
    expect(server.seen.filter(({ ended, reset, closed }) => !ended && !reset && !closed)).toHaveLength(4)
    expect(establishedTo(server.port)).toBe(4)
  })

  test('to vanish from an answer that came whole is no such act, and says so', async () => {
    await using server = await startRawServer(politely())
    const { dose, manners } = await play({ vanish: 0.2 }, server.port)
    expect(dose).toMatchObject({ counted: 16, unexpected: 4 })
    expect(manners).toEqual([{ manner: 'vanish', planned: 4, performed: 0, notes: [{ note: 'the body came whole before it could be cut off', acts: 4 }] }])
  })

  test('a slow reader with a small receive buffer is felt by its server sooner, and who reads fast is not slowed down', async () => {
    const body = 4 * 1024 * 1024
    /** How much of each long answer the kernels took from the server. */
    const takenOf = async (rude: Rude) => {
      const taken: number[] = []
      await using server = await startRawServer((socket, text) => {
        if (socket.remoteAddress === '127.0.0.1') return politely()(socket, text)
        const nth = taken.push(0) - 1
        const piece = 'x'.repeat(1_024)
        const send = () => {
          if (taken[nth]! < body) socket.write(piece, error => error ?? (taken[nth]! += piece.length, send()))
        }
        socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${body}\r\n\r\n`, send)
      })
      expect((await play(rude, server.port)).dose).toMatchObject({ counted: 20, generator: { kind: 'completed' } })
      return taken
    }
    const slowReader = { share: 0.1, bytesPerSecond: 1_000 }
    const usual = Math.min(...(await takenOf({ slowReader })))
    const small = Math.max(...(await takenOf({ slowReader: { ...slowReader, receiveBufferBytes: 4_096 } })))
    expect(usual).toBeGreaterThan(400_000)
    expect(small).toBeLessThan(150_000)
    const [slow, ...fast] = (await takenOf({ aborts: { lastByte: 0.1 }, slowReader: { share: 0.05, bytesPerSecond: 1_000, receiveBufferBytes: 4_096 } })).toSorted((a, b) => a - b)
    expect(slow).toBeLessThan(150_000)
    expect(fast).toEqual([body, body])
  })
})

const isVanishing = ({ remoteAddress = '' }: Socket) => remoteAddress.startsWith('198.18.')

/** Endless, a chunk each 20 ms. */
const stream = (socket: Socket) => {
  socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n')
  const timer = setInterval(() => socket.write(`3e8\r\n${'x'.repeat(1_000)}\r\n`), 20)
  socket.once('close', () => clearInterval(timer))
}

/** This end's sockets on a port that are established: proc(5), where 01 says so. */
const establishedTo = (port: number) => readFileSync('/proc/net/tcp', 'utf8').split('\n').filter(line => new RegExp(`^ *\\d+: [0-9A-F]{8}:${port.toString(16).toUpperCase().padStart(4, '0')} [0-9A-F]{8}:[0-9A-F]{4} 01 `).test(line)).length

const play = async (rude: Rude, port: number) => {
  const owned: Owned[] = []
  let manners: RudeClients['manners'] = []
  await using namespace = await openNamespace({ run: `vanish-test-${crypto.randomUUID().slice(0, 8)}`, own: thing => owned.push(thing), receiveBufferBytes: rude.slowReader?.receiveBufferBytes, signal: AbortSignal.timeout(20_000) })
  await using load = await startOn({ k6, dir, baseUrl: `http://127.0.0.1:${port}` }, { kind: 'routes', routes: [{ name: 'page', path: '/page?n={n}' }], rude, requestTimeoutMs: 2_000 }, { dose: 20, concurrency: 4 }, { namespace, onHappening: happening => happening.kind === 'rude' && (manners = happening.manners) })
  await load.begin()
  return { dose: await load.drained, manners, owned }
}
