import { mkdir } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'

/** The folder of one run, with its subfolders. `run` is its name, and the tag and label of all that the run owns. */
export async function openRunFolder(reports: string, scenario: string): Promise<{ readonly dir: string; readonly run: string }> {
  await mkdirs(resolve(reports)).catch(cannot(reports))
  const stem = `${new Date().toISOString().slice(0, 19).replaceAll(':', '')}Z-${scenario}`
  for (let nth = 1; ; nth += 1) {
    const run = nth === 1 ? stem : `${stem}-${nth}`
    const dir = resolve(reports, run)
    // Not recursive: a folder that is there belongs to another run, and its record is never mixed with ours.
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
