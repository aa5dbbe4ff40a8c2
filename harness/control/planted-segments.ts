import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { plantedSegmentBytes } from '../probes/proc/planted-memory.ts'

const run = promisify(execFile)

/**
 * System V segments, which stay until somebody removes them. They are made by a tool of util-linux that ends at once, so they are recognised as the application's only in a container,
 * where nobody else makes any. None where that tool is missing.
 */
export async function plantSegments(wanted: number) {
  const made = await Promise.all(Array.from({ length: wanted }, () => run('ipcmk', ['--shmem', String(plantedSegmentBytes)]).then(({ stdout }) => /\d+/.exec(stdout) ?? [], () => [])))
  const ids = made.flat()
  return {
    segments: ids.length,
    remove: async () => {
      for (const id of ids) await run('ipcrm', ['--shmem-id', id]).catch(() => {})
    },
  }
}
