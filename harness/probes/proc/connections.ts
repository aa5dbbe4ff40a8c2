import { tryReadWhole } from './read.ts'

export type Connection = { readonly localPort: number; readonly remotePort: number; readonly state: string; readonly inode: string; readonly isVanished: boolean; readonly isPlanted: boolean }

/** As in the kernel's tcp_states.h. */
export const established = '01'
export const closeWait = '08'
export const listening = '0A'
const synSent = '02'
const finWaits = ['04', '05']

/** From here a control plants a connection that nobody holds: on loopback, and nobody else's, so that the database's port is free there. */
export const plantedAddress = '127.0.0.86'

/** A connection that no process holds any more, or that its server has not accepted yet. */
export const noInode = '0'

/** Share of the time that may go into reading them over and over: little, or enough for each beat where what is seen is to be dated. */
const affordedShares = { usual: 0.005, datingHalfClosed: 0.05 }

/** However long a reading takes. */
const staleAtMostMs = 1_000

/** `readings` counts them. */
type Reading = { readonly connections: readonly Connection[]; readonly readings: number }

/**
 * The connections of this network namespace. For each reading the kernel walks its whole table, however few stand in it: on a machine with much memory that
 * takes milliseconds of CPU, and five times a second would show in the latencies of what is measured.
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
    /** As they are, where that costs little since the last time; else null, and `latest` tells how they were. */
    readIfAffordable: (): Reading | null => (performance.now() < affordableAtMs ? null : readNow()),
    latest: () => latest,
  }
}

/** /proc/net/tcp or tcp6: addresses and ports in hexadecimal. */
function connectionsIn(table: string): Connection[] {
  return table.split('\n').slice(1).flatMap((line) => {
    const [, local, remote, state, , , , , , inode] = line.trim().split(/\s+/)
    if (!local || !remote || !state || !inode) return []
    return [{ localPort: portOf(local), remotePort: portOf(remote), state, inode, isVanished: state === established && isOfVanishing(remote), isPlanted: remote.startsWith(plantedInTable) }]
  })
}

/** Counters of connections by their state. One that several processes hold is one. */
export function countersByState(held: readonly Connection[]): Record<string, number> {
  const states = [...new Map(held.map(({ inode, state }) => [inode, state])).values()]
  const inState = (...wanted: readonly string[]) => states.filter((state) => wanted.includes(state)).length
  return { 'app.tcp-established': inState(established), 'app.tcp-syn-sent': inState(synSent), 'app.tcp-fin-wait': inState(...finWaits), 'app.tcp-listening': inState(listening) }
}

/** As the kernel prints it: byte by byte from the last. */
const plantedInTable = `${plantedAddress.split('.').toReversed().map((byte) => Number(byte).toString(16).padStart(2, '0')).join('').toUpperCase()}:`

function portOf(address: string): number {
  return Number.parseInt(address.slice(address.lastIndexOf(':') + 1), 16)
}

/** From 198.18.0.0/16, as the kernel prints it: byte by byte from the last, within IPv6 too. Only clients of ours that are to vanish come from there (stack/namespace.ts), and while they are there a load is on. */
function isOfVanishing(remote: string): boolean {
  const [address = ''] = remote.split(':')
  return address.endsWith('12C6') && (address.length === 8 || address.startsWith('0000000000000000FFFF0000'))
}
