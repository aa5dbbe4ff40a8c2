import { randomBytes } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'

/**
 * Makes the folder of one run, `<utc>-<scenario>`, with its subfolders. `run` is its id, `<utc>-<random>-<scenario>`: the tag and label of everything that the run owns. The random part keeps apart runs
 * that begin in the same second, in different folders or on machines that share a cluster. It stands in the middle since a long id is cut at its end.
 */
export async function openRunFolder(reports: string, scenario: string): Promise<{ readonly dir: string; readonly run: string }> {
  await mkdirs(resolve(reports)).catch(cannot(reports))
  const began = `${new Date().toISOString().slice(0, 19).replaceAll(':', '')}Z`
  const run = `${began}-${randomBytes(3).toString('hex')}-${scenario}`
  for (let nth = 1; ; nth += 1) {
    const dir = resolve(reports, `${began}-${scenario}${nth === 1 ? '' : `-${nth}`}`)
    // Not recursive: an existing folder belongs to another run, and two records are never mixed.
    const made = await mkdir(dir).then(() => true, (cause) => (cause.code === 'EEXIST' ? false : cannot(dir)(cause)))
    if (!made) continue
    for (const part of ['logs', 'forensics', 'agent', 'load']) await mkdir(join(dir, part)).catch(cannot(dir))
    return { dir, run }
  }
}

/** Node's own recursive mkdir never returns where a file system answers ENOENT for a folder whose parent is there, as /proc does. */
async function mkdirs(dir: string): Promise<void> {
  const there = (cause: NodeJS.ErrnoException) => {
    if (cause.code !== 'EEXIST') throw cause
  }
  await mkdir(dir).catch(async (cause: NodeJS.ErrnoException) => {
    if (cause.code !== 'ENOENT' || dirname(dir) === dir) return there(cause)
    await mkdirs(dirname(dir))
    return mkdir(dir).then(() => undefined, there)
  })
}

const cannot = (dir: string) => (cause: Error) => {
  throw new Error(`The folder for the record ${dir} cannot be made: ${cause.message}. Name another with --reports.`, { cause })
}
