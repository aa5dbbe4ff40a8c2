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
  /** Waits until all generators are there and wait to be let go: null, or what is wrong once `late` is aborted or one of this load came who has no place in it. Those of others are refused, and told where some of ours are missing. */
  readonly assembled: (late: AbortSignal) => Promise<string | null>
  /** Those that are there, by their parts of the load. */
  readonly members: () => readonly Named[]
  /** Who came with our token and has no place in the load; null as long as nobody did. */
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
  const refused = new Set<string>()
  let intruder: string | null = null
  let lost: string | null = null
  let notTaken: string | null = null

  const nameOf = (nth: number) => `k6 ${nth + 1} of ${generators}`
  /** It tells why in its own log. What else it says is read, and let go: else it might not hear of it. */
  const turnAway = (socket: Socket, why: string) => {
    socket.resume().setTimeout(patienceMs, () => socket.destroy()).end(`no ${why}\n`)
  }
  const refuse = (socket: Socket, why: string) => {
    if (refused.size < mostToldOf) refused.add(why)
    turnAway(socket, why)
  }
  const giveUp = (socket: Socket, why: string) => {
    intruder ??= why
    decided.resolve()
    turnAway(socket, why)
    for (const generator of there.values()) generator.kill()
  }
  const admit = (socket: Socket, line: string): void => {
    const who = announcementOf(line)
    if (who.kind === 'stranger') {
      strangers++
      socket.destroy()
      return
    }
    if (who.kind === 'other protocol') return refuse(socket, `a generator that speaks protocol ${who.protocol}, and Lowtide here ${protocol}: build its image anew from harness/load/k6-build`)
    if (who.run !== run) return refuse(socket, `a generator of another run, ${who.run}`)
    if (!same(who.token, token)) return refuse(socket, `a generator of another load of this run, for segment ${who.segment}`)
    const nth = segments.indexOf(who.segment)
    if (nth === -1) return giveUp(socket, `a generator came for segment ${who.segment}, which is none of ${segments.join(', ')}`)
    if (there.has(nth)) return giveUp(socket, `${nameOf(nth)} came twice`)
    const generator = remoteGenerator(socket, { saidAtMs: who.atMs, nowMs, patienceMs })
    there.set(nth, generator)
    void generator.ended.then(({ trouble }) => {
      if (trouble === null) return
      lost ??= `${nameOf(nth)}: ${trouble}`
      decided.resolve()
    })
    if (there.size === generators) decided.resolve()
  }

  const server = createServer(socket => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket)).on('error', () => undefined)
    void firstLine(socket).then(line => admit(socket, line))
  })
  server.listen(port)
  await once(server, 'listening').catch((cause: NodeJS.ErrnoException) => {
    throw new Error(`no collector can be opened on port ${port}: ${cause.code === 'EADDRINUSE' ? 'it is taken; name another as load.cluster.port' : cause.message}`, { cause })
  })
  // The kernel keeps the connection, which may be taken yet: that is no reason to give up.
  server.on('error', ({ message }) => (notTaken ??= `a connection could not be taken: ${message}`))

  return {
    port: (server.address() as AddressInfo).port,
    assembled: async late => {
      await Promise.race([decided.promise, aborted(late)])
      const missing = segments.flatMap((_, nth) => (there.has(nth) ? [] : [nameOf(nth)]))
      const others = [...refused, ...(strangers === 0 ? [] : [strangers === 1 ? '1 other, which is no generator' : `${strangers} others, which are no generators`])]
      const perhaps = [notTaken, others.length === 0 ? null : `refused: ${others.join('; ')}`].filter(one => one !== null)
      return intruder ?? lost ?? (missing.length === 0 ? null : `${missing.join(', ')} never came${perhaps.length === 0 ? '' : ` (${perhaps.join('; ')})`}`)
    },
    members: () => [...there].toSorted(([a], [b]) => a - b).map(([nth, generator]) => ({ name: nameOf(nth), generator })),
    intruder: () => intruder,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy()
      await new Promise(closed => server.close(closed))
    },
  }
}

/** Whoever reaches the port may come again and again, under ever other names. */
const mostToldOf = 3
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
