import { createReadStream } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { hasWord } from '../attribution/trace.ts'
import { batchesOfLines } from '../replay/lines.ts'
import { count } from '../verdict/words.ts'

/** Each log has its say, and none has all of it. */
const mostLines = 5
const mostCharacters = 300

/** The first lines of each of a run's logs in which a request's id is a word, after the log's name, and how many more there are. Logs are read as streams: a night's may be larger than a text can be. */
export async function logLinesWith(dir: string, id: string): Promise<readonly string[]> {
  const logs = join(dir, 'logs')
  const names: readonly string[] = await readdir(logs).catch(() => [])
  const found: string[] = []
  for (const name of names.toSorted()) {
    let lines = 0
    for await (const batch of batchesOfLines(createReadStream(join(logs, name), { highWaterMark: chunkBytes }))) {
      for (const line of batch) {
        if (!hasWord(line, id)) continue
        lines += 1
        if (lines <= mostLines) found.push(`${name}: ${utf8(line).slice(0, mostCharacters)}`)
      }
    }
    if (lines > mostLines) found.push(`${name}: ${count(lines - mostLines, 'more line')} of it`)
  }
  return found
}

const chunkBytes = 1 << 20

const utf8 = (bytes: string): string => Buffer.from(bytes, 'latin1').toString('utf8')
