import { copyFile, link, mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'

/** The folder of a cell's record below `records`. */
export const recordOf = (key: string, records: string): string => join(records, key.replaceAll(/[^\w.]+/g, '-'))

/** Keeps all that judging needs of a run, by hard links, or by copies on another disk: what else it wrote is thrown away with it. */
export async function keepRecord(dir: string, kept: string): Promise<void> {
  await rm(kept, { recursive: true, force: true })
  await mkdir(kept, { recursive: true })
  for (const file of ['run.json', 'timeline.ndjson']) {
    const [from, to] = [join(dir, file), join(kept, file)]
    await link(from, to).catch(() => copyFile(from, to))
  }
}
