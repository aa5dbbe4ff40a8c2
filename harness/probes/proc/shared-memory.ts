import { readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { bytesOf, plantedMemory, plantedSegmentBytes } from './planted-memory.ts'
import { tryRead } from './read.ts'

/**
 * Watches shared memory that outlives the process that made it. For POSIX memory in /dev/shm only its name tells whose it is: PostgreSQL's is left out by its name, and so is what was
 * there before the agent; what the control of `run` has planted is counted apart. System V segments name the process that created them, which must have been seen while it lived; in a
 * container all of them are the application's.
 */
export function watchSharedMemory(run: string) {
  const planted = basename(plantedMemory(run))
  const before = new Set(filesIn('/dev/shm').map(({ name }) => name))
  const ours = new Set<string>()
  return {
    /** Call it at each scan: the creator of a segment may have gone by the next. */
    observe: (members: ReadonlySet<number>): void => {
      for (const { id, creator } of segments()) if (members.has(creator)) ours.add(id)
    },
    /** `folder`: /dev/shm as the application sees it; in a container that is another than here. */
    counters: (folder: string): Record<string, number> => {
      const isShared = folder === '/dev/shm'
      const files = filesIn(folder)
      const [made = [], plantedSegments = []] = [false, true].map((isPlanted) => segments().filter(({ bytes }) => (bytes === plantedSegmentBytes) === isPlanted))
      const left = made.filter(({ id }) => !isShared || ours.has(id))
      return {
        'app.shm-bytes': sum(files.filter(({ name }) => name !== planted && !name.startsWith('PostgreSQL.') && !(isShared && before.has(name)))),
        'app.sysv-segments': left.length,
        'app.sysv-bytes': sum(left),
        'harness.shm-bytes': sum(files.filter(({ name }) => name === planted)),
        'harness.sysv-segments': plantedSegments.length,
      }
    },
  }
}

const sum = (all: readonly { readonly bytes: number }[]): number => all.reduce((total, { bytes }) => total + bytes, 0)

function filesIn(folder: string): { name: string; bytes: number }[] {
  try {
    return readdirSync(folder).flatMap((name) => {
      try {
        return [{ name, bytes: bytesOf(join(folder, name)) }]
      } catch {
        return [] // unlinked since the listing
      }
    })
  } catch {
    return []
  }
}

/** proc(5), /proc/sysvipc/shm: key shmid perms size cpid ... An id is used again for later segments, so the time of creation is part of the identity. */
function segments(): { id: string; bytes: number; creator: number }[] {
  return tryRead('/proc/sysvipc/shm').split('\n').slice(1).flatMap((line) => {
    const [, shmid, , size, creator, , , , , , , , , created] = line.trim().split(/\s+/)
    return shmid === undefined || creator === undefined ? [] : [{ id: `${shmid}@${created}`, bytes: Number(size), creator: Number(creator) }]
  })
}
