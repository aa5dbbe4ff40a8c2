import { openSync, readdirSync, readlinkSync } from 'node:fs'
import { anonymousBytesOf } from '../probes/proc/memory.ts'
import { plantMemory, removePlantedMemory } from '../probes/proc/planted-memory.ts'
import { goOn, plantAnonymous, plantRequest, plantZombie } from './planted-processes.ts'
import { plantSegments } from './planted-segments.ts'
import { openTransaction, plantEnded, plantInPooledSession, plantQuery, plantRows, removeRows, roomAsSeenBy } from './planted-sessions.ts'
import { plantHalfClosed, plantOrphan, plantThreads } from './planted-sockets.ts'

/**
 * Leaks on purpose, in the application's own namespaces and with its own role: one of each kind that a run claims to find. Prints as one line of JSON what it planted, and takes it all
 * back when it is told to or when its input closes.
 */
const sessions = Number(process.env.PLANT_SESSIONS)
const descriptors = Number(process.env.PLANT_DESCRIPTORS)
const rows = Number(process.env.PLANT_ROWS)
const run = process.env.LOWTIDE_RUN ?? ''

const clients = await Promise.all(Array.from({ length: sessions }, openTransaction))
const opened = Array.from({ length: descriptors }, () => openSync(process.argv[1] ?? '', 'r'))
const sharedMemoryBytes = plantMemory(run)
const anonymous = plantAnonymous(Number(process.env.PLANT_MEMORY_BYTES))
const [zombie, script, socket, threads, memory] = await Promise.all([plantZombie(), plantRequest(), plantHalfClosed(), plantThreads(Number(process.env.PLANT_THREADS)), plantSegments(Number(process.env.PLANT_SEGMENTS))])
const orphan = await plantOrphan(threads.port)
// Danger: from here on nothing may fail, or a prepared transaction would stay.
const pooled = await plantInPooledSession()
const grown = await plantRows(pooled.client, rows)
const [query, endedPids] = (await roomAsSeenBy(pooled.client)) < 2 ? [null, []] : await Promise.all([plantQuery(pooled.client).catch(() => null), plantEnded().catch(() => [])])

console.log(JSON.stringify({
  sessionPids: clients.map(({ pid }) => pid),
  zombiePids: [zombie.pid],
  descriptors,
  // The kernel's name of it, with links resolved. Nothing but this program has it open, so it must be seen exactly this often.
  descriptorTarget: readlinkSync(`/proc/self/fd/${opened[0]}`),
  threads: threads.started,
  planterThreads: readdirSync('/proc/self/task').length,
  pooledPid: pooled.pid,
  advisoryLocks: pooled.advisoryLocks,
  temporaryTables: pooled.temporaryTables,
  temporaryFiles: pooled.temporaryFiles,
  preparedTransactions: pooled.preparedTransactions,
  queryPids: query?.pids ?? [],
  endedPids,
  closeWait: socket.halfClosed,
  orphanSockets: orphan.orphanSockets,
  sharedMemoryBytes,
  sharedSegments: memory.segments,
  requestPids: [script.pid],
  ...grown,
  memoryBytes: anonymous.bytes,
  planterMemoryBytes: anonymousBytesOf(process.pid),
}))

await new Promise<void>((resolve) => {
  process.stdin.once('data', () => resolve())
  process.stdin.once('end', () => resolve())
})
// What outlives its session is removed first: the rest goes with this process, however that ends.
for (const gid of pooled.preparedTransactions) await pooled.client.query(`ROLLBACK PREPARED '${gid}'`).catch(() => {})
await removeRows(pooled.client)
removePlantedMemory(run)
anonymous.free()
await memory.remove()
await query?.end()
await Promise.all([goOn(zombie.shell), goOn(script.shell)])
socket.close()
orphan.close()
await Promise.all([...clients, pooled].map(({ client }) => client.end().catch(() => {})))
process.exit(0)
