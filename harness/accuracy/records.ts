import { copyFile, link, mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'

/** The folder of a cell's record below `records`. */
export const recordOf = (key: string, records: string): string => join(records, key.replaceAll(/[^\w.]+/g, '-'))

/** Keeps of a run what judging needs, by hard links, or by copies onto another disk. The rest of the run is deleted with its folder. */
export async function keepRecord(dir: string, kept: string): Promise<void> {
  await rm(kept, { recursive: true, force: true })
  await mkdir(kept, { recursive: true })
  for (const file of ['run.json', 'timeline.ndjson']) {
    const [from, to] = [join(dir, file), join(kept, file)]
    await link(from, to).catch(() => copyFile(from, to))
  }
}
