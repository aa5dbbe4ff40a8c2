import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { Worker } from 'node:worker_threads'
import { plantedAddress } from '../probes/proc/connections.ts'

/** A socket in CLOSE_WAIT: the other side has hung up and this one has not. The other end is in this process too and must be kept, since its reset would end the socket. */
export async function plantHalfClosed() {
  const ends: Socket[] = []
  const server = createServer({ allowHalfOpen: true }, (end) => void ends.push(end.on('error', () => {}).end())).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const client = connect({ port: (server.address() as AddressInfo).port, host: '127.0.0.1', allowHalfOpen: true })
  client.on('error', () => {}).resume()
  await once(client, 'end')
  server.close()
  return { halfClosed: 1, close: () => [client, ...ends].forEach((end) => end.destroy()) }
}

/** A thread that listens on a port, tells which, and then stands still before it could accept anyone. Plain JavaScript, for any Node. */
const standsStill = `
  const { parentPort } = require('node:worker_threads')
  const server = require('node:net').createServer().listen(0, '127.0.0.1', () => {
    parentPort.postMessage(server.address().port)
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
  })`

/** Threads that never come back, by the kernel's own count, and a port on which one of them listens and accepts nobody. */
export async function plantThreads(wanted: number) {
  const before = threadsNow()
  const [port = 0] = await Promise.all(Array.from({ length: wanted }, async () => Number((await once(new Worker(standsStill, { eval: true }), 'message'))[0])))
  return { started: threadsNow() - before, port }
}

const threadsNow = (): number => readdirSync('/proc/self/task').length

/**
 * A connection of which nobody holds one end: the kernel has made it, but its server never accepts it. It comes from the database's port number, since only connections with the
 * database and the application are checked for owners. None where something else uses that port on every address.
 */
export async function plantOrphan(port: number) {
  const client = connect({ port, host: '127.0.0.1', localAddress: plantedAddress, localPort: Number(new URL(process.env.DATABASE_URL ?? '').port) || 5432 })
  client.on('error', () => {})
  const isConnected = await once(client, 'connect').then(() => true, () => false)
  return { orphanSockets: isConnected ? 1 : 0, close: () => void client.resetAndDestroy() }
}
