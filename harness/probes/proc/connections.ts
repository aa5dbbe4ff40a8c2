import { tryReadWhole } from './read.ts'

export type Connection = { readonly localPort: number; readonly remotePort: number; readonly state: string; readonly inode: string; readonly isVanished: boolean; readonly isPlanted: boolean }

/** States of connections by the kernel's tcp_states.h. */
export const established = '01'
export const closeWait = '08'
export const listening = '0A'
const synSent = '02'
const finWaits = ['04', '05']

/** The address from which a control plants a connection that nobody holds: on loopback, and used by nobody else, so that the database's port is free there. */
export const plantedAddress = '127.0.0.86'

/** The inode of a connection that no process holds any more, or that its server has not accepted yet. */
export const noInode = '0'

/** The share of the time that may go into reading them over and over: little, or, where half-closed sockets are seen and have to be dated, enough for each beat. */
const affordedShares = { usual: 0.005, datingHalfClosed: 0.05 }

/** How old a reading may become, however long one takes. */
const staleAtMostMs = 1_000

/** `readings`: how many were made up to and with this one. */
type Reading = { readonly connections: readonly Connection[]; readonly readings: number }

/**
 * Watches the connections of this network namespace. For each reading the kernel walks its whole table, however few connections are in it. On a machine with much memory that takes
 * milliseconds of CPU, which five times a second would show in the latencies that are being measured.
 */
export function watchConnections() {
  let latest: Reading = { connections: [], readings: 0 }
  let affordableAtMs = -Infinity
  const readNow = (): Reading => {
    const beganMs = performance.now()
    const connections = ['/proc/self/net/tcp', '/proc/self/net/tcp6'].flatMap((file) => connectionsIn(tryReadWhole(file)))
    const endedMs = performance.now()
    const share = connections.some(({ state }) => state === closeWait) ? affordedShares.datingHalfClosed : affordedShares.usual
    affordableAtMs = endedMs + Math.min(staleAtMostMs, (endedMs - beganMs) / share)
    latest = { connections, readings: latest.readings + 1 }
    return latest
  }
  return {
    readNow,
    /** A new reading, where enough time has passed that it costs little; else null, and `latest` has the last one. */
    readIfAffordable: (): Reading | null => (performance.now() < affordableAtMs ? null : readNow()),
    latest: () => latest,
  }
}

/** The connections in /proc/net/tcp or tcp6, whose addresses and ports are hexadecimal. */
function connectionsIn(table: string): Connection[] {
  return table.split('\n').slice(1).flatMap((line) => {
    const [, local, remote, state, , , , , , inode] = line.trim().split(/\s+/)
    if (!local || !remote || !state || !inode) return []
    return [{ localPort: portOf(local), remotePort: portOf(remote), state, inode, isVanished: state === established && isOfVanishing(remote), isPlanted: remote.startsWith(plantedInTable) }]
  })
}

/** Counters of connections by their state. A connection that several processes hold counts once. */
export function countersByState(held: readonly Connection[]): Record<string, number> {
  const states = [...new Map(held.map(({ inode, state }) => [inode, state])).values()]
  const inState = (...wanted: readonly string[]) => states.filter((state) => wanted.includes(state)).length
  return { 'app.tcp-established': inState(established), 'app.tcp-syn-sent': inState(synSent), 'app.tcp-fin-wait': inState(...finWaits), 'app.tcp-listening': inState(listening) }
}

/** The address as the kernel prints it: byte by byte from the last. */
const plantedInTable = `${plantedAddress.split('.').toReversed().map((byte) => Number(byte).toString(16).padStart(2, '0')).join('').toUpperCase()}:`

function portOf(address: string): number {
  return Number.parseInt(address.slice(address.lastIndexOf(':') + 1), 16)
}

/**
 * Whether an address is in 198.18.0.0/16, as the kernel prints it: byte by byte from the last, and within IPv6 too. Only the harness's own clients that are to vanish come from there
 * (stack/namespace.ts), and they are there only under load.
 */
function isOfVanishing(remote: string): boolean {
  const [address = ''] = remote.split(':')
  return address.endsWith('12C6') && (address.length === 8 || address.startsWith('0000000000000000FFFF0000'))
}
