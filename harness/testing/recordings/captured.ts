import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'

/** The two files of a real run's record, to the byte: of the exhibit L03-python on embedded PostgreSQL, with its leak and mended. */
export async function captured(which: 'leaking' | 'healthy'): Promise<{ readonly facts: string; readonly timeline: Buffer }> {
  const dir = join(import.meta.dirname, 'captured', which)
  return { facts: await readFile(join(dir, 'run.json'), 'utf8'), timeline: gunzipSync(await readFile(join(dir, 'timeline.ndjson.gz'))) }
}
