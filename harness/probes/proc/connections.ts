import { tryRead } from './read.ts'

export type Connection = { readonly localPort: number; readonly remotePort: number; readonly state: string; readonly inode: string; readonly isVanished: boolean }

/** As in the kernel's tcp_states.h. */
export const established = '01'
export const closeWait = '08'
export const listening = '0A'
const synSent = '02'
const finWaits = ['04', '05']

/** A connection that no process holds any more, or that its server has not accepted yet. */
export const noInode = '0'

/** /proc/net/tcp and tcp6 of this network namespace: addresses and ports in hexadecimal. */
export function connectionsNow(): Connection[] {
  return ['/proc/self/net/tcp', '/proc/self/net/tcp6'].flatMap((file) =>
    tryRead(file).split('\n').slice(1).flatMap((line) => {
      const [, local, remote, state, , , , , , inode] = line.trim().split(/\s+/)
      if (!local || !remote || !state || !inode) return []
      return [{ localPort: portOf(local), remotePort: portOf(remote), state, inode, isVanished: state === established && isOfVanishing(remote) }]
    }),
  )
}

/** Counters of connections by their state. One that several processes hold is one. */
export function countersByState(held: readonly Connection[]): Record<string, number> {
  const states = [...new Map(held.map(({ inode, state }) => [inode, state])).values()]
  const inState = (...wanted: readonly string[]) => states.filter((state) => wanted.includes(state)).length
  return { 'app.tcp-established': inState(established), 'app.tcp-syn-sent': inState(synSent), 'app.tcp-fin-wait': inState(...finWaits), 'app.tcp-listening': inState(listening) }
}

function portOf(address: string): number {
  return Number.parseInt(address.slice(address.lastIndexOf(':') + 1), 16)
}

/** From 198.18.0.0/16, as the kernel prints it: byte by byte from the last, within IPv6 too. Only clients of ours that are to vanish come from there (stack/namespace.ts), and while they are there a load is on. */
function isOfVanishing(remote: string): boolean {
  const [address = ''] = remote.split(':')
  return address.endsWith('12C6') && (address.length === 8 || address.startsWith('0000000000000000FFFF0000'))
}
