import { readdirSync, readlinkSync } from 'node:fs'
import type { Connection } from './connections.ts'

/** What each open descriptor of a process points at, by its number; null for a zombie, or where /proc refuses. */
export function descriptorsOf(pid: number): ReadonlyMap<string, string> | null {
  try {
    return new Map(readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
      try {
        return [[fd, readlinkSync(`/proc/${pid}/fd/${fd}`)] as const]
      } catch {
        return [] // closed since the listing
      }
    }))
  } catch {
    return null
  }
}

/** `4026` from the kernel's `socket:[4026]`; null for other targets. */
export const inodeOf = (target: string): string | null => (target.startsWith('socket:[') ? target.slice('socket:['.length, -1) : null)

const classes = ['files', 'sockets', 'pipes', 'other'] as const

function classOf(target: string): (typeof classes)[number] {
  if (target.startsWith('/')) return 'files'
  if (target.startsWith('socket:')) return 'sockets'
  return target.startsWith('pipe:') ? 'pipes' : 'other'
}

/** Counters of descriptors by what they point at. */
export function countersByClass(targets: readonly string[]): Record<string, number> {
  const counts = new Map<string, number>()
  for (const target of targets) counts.set(classOf(target), (counts.get(classOf(target)) ?? 0) + 1)
  return Object.fromEntries(classes.map((name) => [`app.fds-${name}`, counts.get(name) ?? 0]))
}

const mostTargets = 12

/**
 * What most descriptors of a process point at, with their numbers. A log file that is opened again and again is listed by its path. Files that are open once are joined to their folder,
 * as each would be a target of its own otherwise.
 */
export function targetsOf(targets: readonly string[], byInode: ReadonlyMap<string, Connection>, appPort: number): Record<string, number> {
  const counts = countsOf(targets.map((target) => nameOf(target, byInode, appPort)))
  const merged = new Map<string, number>()
  for (const [name, n] of counts) {
    const group = n === 1 && name.startsWith('/') ? `${name.slice(0, name.lastIndexOf('/'))}/*` : name
    merged.set(group, (merged.get(group) ?? 0) + n)
  }
  return Object.fromEntries([...merged].sort(([a, one], [b, other]) => other - one || (a < b ? -1 : 1)).slice(0, mostTargets))
}

function nameOf(target: string, byInode: ReadonlyMap<string, Connection>, appPort: number): string {
  const inode = inodeOf(target)
  if (inode === null) return target.startsWith('pipe:') ? 'pipe' : target
  const connection = byInode.get(inode)
  if (connection === undefined) return 'socket'
  const { localPort, remotePort } = connection
  return remotePort === 0 || localPort === appPort ? `TCP on port ${localPort}` : `TCP to port ${remotePort}`
}

function countsOf(names: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
  return counts
}
