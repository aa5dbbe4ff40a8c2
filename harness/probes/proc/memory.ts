import { tryRead } from './read.ts'

/** The bytes of memory of one process that no file backs, in memory or swapped out: proc(5), RssAnon and VmSwap. Pages that a fork shares count in each process. */
export function anonymousBytesOf(pid: number): number {
  const status = tryRead(`/proc/${pid}/status`)
  return 1024 * ['RssAnon', 'VmSwap'].reduce((sum, name) => sum + Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1] ?? 0), 0)
}

/**
 * The same for a whole container, from its own cgroup: `anon` in version 2, `total_rss` in version 1. Read through the root of one of its processes, since a sidecar's own
 * /sys/fs/cgroup is the sidecar's. null where it cannot be read.
 */
export function containerAnonymousBytes(pid: number): number | null {
  const root = `/proc/${pid}/root/sys/fs/cgroup`
  return numberIn(tryRead(`${root}/memory.stat`), 'anon') ?? numberIn(tryRead(`${root}/memory/memory.stat`), 'total_rss')
}

/** How often the kernel has killed a process for want of memory: in the container of `pid`, else in its cgroup on this machine, else on the whole machine. */
export function memoryKills(pid: number, scope: 'tag' | 'namespace'): number {
  const folders = scope === 'namespace' ? [`/proc/${pid}/root/sys/fs/cgroup`, `/proc/${pid}/root/sys/fs/cgroup/memory`] : cgroupFoldersOf(pid)
  for (const folder of folders) {
    const kills = numberIn(tryRead(`${folder}/memory.events`), 'oom_kill') ?? numberIn(tryRead(`${folder}/memory.oom_control`), 'oom_kill')
    if (kills !== null) return kills
  }
  return numberIn(tryRead('/proc/vmstat'), 'oom_kill') ?? 0
}

/** The folders of a process's cgroups. cgroups(7): `0::/path` in version 2, `4:memory:/path` in version 1. */
function cgroupFoldersOf(pid: number): string[] {
  return tryRead(`/proc/${pid}/cgroup`).split('\n').flatMap((line) => {
    const [, controllers, path] = /^\d+:([^:]*):(.*)$/.exec(line) ?? []
    if (path === undefined) return []
    return controllers === '' ? [`/sys/fs/cgroup${path}`] : controllers?.split(',').includes('memory') === true ? [`/sys/fs/cgroup/memory${path}`] : []
  })
}

/** The number of a line `name 4026`; null where there is none. */
function numberIn(text: string, name: string): number | null {
  const found = new RegExp(`^${name} (\\d+)$`, 'm').exec(text)?.[1]
  return found === undefined ? null : Number(found)
}
