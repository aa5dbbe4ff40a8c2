import { createReadStream, createWriteStream } from 'node:fs'
import { readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { redact } from './redact.ts'

/**
 * Takes secrets out of the logs in a folder, line by line, once nobody writes to them any more. Logs are written by the application and the
 * servers themselves: passing them through the harness would stall the application whenever the harness stalls. A log for which there is no room on the
 * disk is deleted rather than left with its secrets; gives one sentence for each.
 */
export async function redactLogs(folder: string): Promise<readonly string[]> {
  const dropped: string[] = []
  const entries = await readdir(folder, { withFileTypes: true, recursive: true })
  for (const entry of entries.filter((one) => one.isFile())) {
    const path = join(entry.parentPath, entry.name)
    try {
      await pipeline(Readable.from(redactedLines(path)), createWriteStream(`${path}.part`))
      await rename(`${path}.part`, path)
    } catch (error) {
      for (const unkept of [`${path}.part`, path]) await rm(unkept, { force: true, recursive: true })
      dropped.push(`${entry.name} could not be redacted (${error instanceof Error ? error.message : String(error)}) and was deleted`)
    }
  }
  return dropped
}

async function* redactedLines(path: string): AsyncGenerator<string> {
  for await (const line of createInterface({ input: createReadStream(path, 'utf8'), crlfDelay: Number.POSITIVE_INFINITY })) yield `${redact(line)}\n`
}
