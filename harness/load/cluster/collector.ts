import { timingSafeEqual } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { steadyClock } from '../clock.ts'
import type { Named } from '../fleet.ts'
import type { Generator } from '../generator.ts'
import { announcementOf, protocol } from './announcement.ts'
import { remoteGenerator } from './remote.ts'
import { segmentsOf } from './segments.ts'

/** Where the generators of one load send their samples. Exactly those that it was opened for have a place there, each once. */
export type Collector = AsyncDisposable & {
  readonly port: number
  /** Waits until all generators are there and wait to be let go: null, or what is wrong once `late` is aborted or someone came who does not belong. */
  readonly assembled: (late: AbortSignal) => Promise<string | null>
  /** Those that are there, by their parts of the load. */
  readonly members: () => readonly Named[]
  /** Who came and does not belong; null as long as nobody did. */
  readonly intruder: () => string | null
}

export type CollectorOptions = {
  readonly run: string
  /** Known to this load's generators alone. */
  readonly token: string
  readonly generators: number
  /** 0 for a free one. */
  readonly port: number
  /** How long a generator may be silent; default 20 s, as long as it waits for us. */
  readonly patienceMs?: number
}

/** Opens it on all of this machine's addresses. Fails where the port is taken. */
export const openCollector = async ({ run, token, generators, port, patienceMs = 20_000 }: CollectorOptions): Promise<Collector> => {
  const segments = segmentsOf(generators)
  const there = new Map<number, Generator>()
  const sockets = new Set<Socket>()
  const nowMs = steadyClock()
  const decided = Promise.withResolvers<void>()
  let strangers = 0
  let intruder: string | null = null
  let lost: string | null = null

  const nameOf = (nth: number) => `k6 ${nth + 1} of ${generators}`
  const refuse = (why: string) => {
    intruder ??= why
    decided.resolve()
    for (const generator of there.values()) generator.kill()
  }
  const admit = (socket: Socket, line: string): boolean => {
    const who = announcementOf(line)
    if (who.kind === 'stranger') {
      strangers++
      return false
    }
    if (who.kind === 'other protocol') {
      refuse(`a generator came that speaks protocol ${who.protocol}, and Lowtide here ${protocol}: build its image anew from harness/load/k6-build`)
      return false
    }
    const nth = segments.indexOf(who.segment)
    const amiss =
      who.run !== run ? `a generator of another run came, of ${who.run}`
      : !same(who.token, token) ? `a generator of another load of this run came, for segment ${who.segment}`
      : nth === -1 ? `a generator came for segment ${who.segment}, which is none of ${segments.join(', ')}`
      : there.has(nth) ? `${nameOf(nth)} came twice`
      : null
    if (amiss !== null) {
      refuse(amiss)
      return false
    }
    const generator = remoteGenerator(socket, { saidAtMs: who.atMs, nowMs, patienceMs })
    there.set(nth, generator)
    void generator.ended.then(({ trouble }) => {
      if (trouble === null) return
      lost ??= `${nameOf(nth)}: ${trouble}`
      decided.resolve()
    })
    if (there.size === generators) decided.resolve()
    return true
  }

  const server = createServer(socket => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket)).on('error', () => undefined)
    void firstLine(socket).then(line => admit(socket, line) || socket.destroy())
  })
  server.listen(port)
  await once(server, 'listening').catch((cause: NodeJS.ErrnoException) => {
    throw new Error(`no collector can be opened on port ${port}: ${cause.code === 'EADDRINUSE' ? 'it is taken; name another as load.cluster.port' : cause.message}`, { cause })
  })

  return {
    port: (server.address() as AddressInfo).port,
    assembled: async late => {
      await Promise.race([decided.promise, aborted(late)])
      const missing = segments.flatMap((_, nth) => (there.has(nth) ? [] : [nameOf(nth)]))
      return intruder ?? lost ?? (missing.length === 0 ? null : `${missing.join(', ')} never came${strangers === 0 ? '' : ` (refused: ${strangers === 1 ? '1 other, which is no generator' : `${strangers} others, which are no generators`})`}`)
    },
    members: () => [...there].toSorted(([a], [b]) => a - b).map(([nth, generator]) => ({ name: nameOf(nth), generator })),
    intruder: () => intruder,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy()
      await new Promise(closed => server.close(closed))
    },
  }
}

const longestLine = 1_024
const firstLineWithinMs = 10_000

/** Without its end; empty where none came in time. What follows it is left to be read. */
const firstLine = (socket: Socket): Promise<string> =>
  new Promise(resolve => {
    const parts: Buffer[] = []
    const settle = (line: string) => {
      clearTimeout(late)
      socket.off('data', take).off('close', gone)
      resolve(line)
    }
    const gone = () => settle('')
    const late = setTimeout(gone, firstLineWithinMs)
    const take = (chunk: Buffer) => {
      parts.push(chunk)
      const said = Buffer.concat(parts)
      const end = said.indexOf('\n')
      if (end === -1 && said.length <= longestLine) return
      socket.pause()
      if (end !== -1 && end + 1 < said.length) socket.unshift(said.subarray(end + 1))
      settle(end === -1 ? '' : said.toString('latin1', 0, end))
    }
    socket.on('data', take).once('close', gone)
  })

const aborted = (signal: AbortSignal): Promise<void> => new Promise(resolve => (signal.aborted ? resolve() : signal.addEventListener('abort', () => resolve(), { once: true })))

const same = (a: string, b: string): boolean => a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b))
