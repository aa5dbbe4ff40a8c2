import { lstatSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { tryRead } from './read.ts'

/**
 * Shared memory that outlives who made it. POSIX memory lies in /dev/shm, where only its name tells whose it is: PostgreSQL's is left out by its name, and so is
 * what was there before the agent. System V segments name their creator, who must have been seen while it lived.
 */
export function watchSharedMemory() {
  const before = new Set(filesIn('/dev/shm').map(({ name }) => name))
  const ours = new Set<string>()
  return {
    /** To be called at each scan: the creator of a segment may be gone at the next. */
    observe: (members: ReadonlySet<number>): void => {
      for (const { id, creator } of segments()) if (members.has(creator)) ours.add(id)
    },
    /** `folder` is /dev/shm as the application sees it. */
    counters: (folder: string): Record<string, number> => {
      const files = filesIn(folder).filter(({ name }) => !name.startsWith('PostgreSQL.') && (folder !== '/dev/shm' || !before.has(name)))
      const left = segments().filter(({ id }) => ours.has(id))
      return { 'app.shm-bytes': files.reduce((sum, { bytes }) => sum + bytes, 0), 'app.sysv-segments': left.length, 'app.sysv-bytes': left.reduce((sum, { bytes }) => sum + bytes, 0) }
    },
  }
}

function filesIn(folder: string): { name: string; bytes: number }[] {
  try {
    return readdirSync(folder).flatMap((name) => {
      try {
        return [{ name, bytes: lstatSync(join(folder, name)).blocks * 512 }]
      } catch {
        return [] // unlinked since the listing
      }
    })
  } catch {
    return []
  }
}

/** proc(5), /proc/sysvipc/shm: key shmid perms size cpid ... An id is used again, so the time of its creation belongs to its identity. */
function segments(): { id: string; bytes: number; creator: number }[] {
  return tryRead('/proc/sysvipc/shm').split('\n').slice(1).flatMap((line) => {
    const [, shmid, , size, creator, , , , , , , , , created] = line.trim().split(/\s+/)
    return shmid === undefined || creator === undefined ? [] : [{ id: `${shmid}@${created}`, bytes: Number(size), creator: Number(creator) }]
  })
}
