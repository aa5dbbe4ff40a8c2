import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import { basename } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { combinedReader, type Line } from './combined.ts'
import { detect } from './detect.ts'
import { entriesOf, harEntry } from './har.ts'
import { jsonReader, type Fields } from './json-lines.ts'
import { batchesOfLines, longestLine } from './lines.ts'
import { formats, type Format, type Read, type Reason } from './logged.ts'
import type { Secrets } from './secrets.ts'
import { spreadSeconds } from './times.ts'

export type LogFile = {
  readonly file: string
  /** Told by its first lines if absent. */
  readonly format?: Format
  readonly fields?: Fields
}

/** A log that cannot be read at all, in one sentence. */
export class LogError extends Error {
  override name = 'LogError'
}

/** The format of a log, plain or gzipped. Fails with a LogError where there is none, or none that is known. */
export const formatOf = async ({ file, format }: LogFile): Promise<Format> => {
  let head = ''
  try {
    for await (const chunk of bytesOf(file)) {
      head += chunk.toString('latin1')
      if (head.length >= headLength) break
    }
  } catch (cause) {
    // Of a gzip that was cut off while it was written, what came before tells its format.
    if (cause instanceof LogError) throw cause
    if (head === '') throw new LogError(`The log ${file} cannot be read: ${messageOf(cause)}.`, { cause })
  }
  if (head.trim() === '') throw new LogError(`The log ${file} is empty.`)
  // A byte order mark of UTF-16 (Windows PowerShell's >).
  if (/^(?:\xff\xfe|\xfe\xff)/.test(head)) throw new LogError(`The log ${file} is in UTF-16. Convert it: iconv -f UTF-16 -t UTF-8.`)
  const detected = format ?? detect(withoutMark(head))
  if (detected !== null) return detected
  throw new LogError(`The log ${file} is in no format that is known (${formats.join(', ')}); it begins with ${JSON.stringify(head.trimStart().slice(0, 80))}. Say which it is, by format or --format.`)
}

/** Reads a log from its beginning, in batches, with flat memory. Line numbers count from 1; in a HAR they count entries. Fails with a LogError where the file cannot be read. */
export async function* readLog(log: LogFile, secrets: Secrets): AsyncGenerator<readonly Read[]> {
  const format = await formatOf(log)
  const spread = spreadSeconds()
  let line = 0
  const unread = (reason: Reason, text: string): Read => ({ kind: 'unread', reason, line, text: secrets.inLine(text).slice(0, 120) })
  const asRead = (read: Line | Reason, text: () => string): Read => {
    if (typeof read === 'string') return unread(read, text())
    const { atMs, durationMs, method, host, path, status } = read
    return { kind: 'logged', line, atMs: spread(atMs) - (durationMs ?? 0), method, host, path: secrets.inPath(path), status }
  }

  if (format === 'har') {
    const entries = entriesOf(Readable.from(bytesOf(log.file)))
    try {
      for await (const entry of entries) {
        line += 1
        yield [asRead(harEntry(entry), () => JSON.stringify((entry as { request?: unknown } | null)?.request ?? entry))]
      }
    } catch (error) {
      if (error instanceof LogError) throw error
      line += 1
      yield [unread(brokenOff, messageOf(error))]
    }
    return
  }

  const readLine = format === 'json' ? jsonReader(log.fields) : combinedReader()
  const one = (text: string): Read | null => {
    line += 1
    const whole = text.endsWith('\r') ? text.slice(0, -1) : text
    if (whole === '') return null
    if (whole.length > longestLine) return unread('longer than 64 kB', whole)
    if (whole.includes('\0')) return unread('holds NUL bytes: written as a machine went down', whole)
    return asRead(readLine(whole), () => whole)
  }
  try {
    for await (const lines of batchesOfLines(bytesOf(log.file))) {
      const read: Read[] = []
      for (const text of lines) {
        const found = one(line === 0 ? withoutMark(text) : text)
        if (found !== null) read.push(found)
      }
      yield read
    }
  } catch (error) {
    // Of a gzip that was cut off while it was written, what came before is worth reading.
    if (error instanceof LogError) throw error
    line += 1
    yield [unread(brokenOff, messageOf(error))]
  }
}

const brokenOff = 'the file ends or breaks off here: what follows is not read'
const headLength = 65_536

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

const withoutMark = (text: string): string => (text.startsWith('\xef\xbb\xbf') ? text.slice(3) : text)

/** A file's bytes, unzipped where it is gzipped, as rotated logs are. */
async function* bytesOf(file: string): AsyncGenerator<Buffer> {
  // Of a pipe that nobody writes to, a plain open would never return, and no signal end it.
  const handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK).catch((cause: NodeJS.ErrnoException) => {
    throw new LogError(`No log at ${file}${cause.code === 'ENOENT' ? '' : ` that can be read (${cause.code})`}.`, { cause })
  })
  await using _closed = { [Symbol.asyncDispose]: () => handle.close() }
  if (!(await handle.stat()).isFile()) throw new LogError(`The log ${basename(file)} is no file: ${file}.`)
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(2), 0, 2, 0)
  const raw = handle.createReadStream({ start: 0, autoClose: false, highWaterMark: 1 << 18 })
  if (bytesRead < 2 || buffer[0] !== 0x1f || buffer[1] !== 0x8b) {
    yield* raw as AsyncIterable<Buffer>
    return
  }
  const unzipped = createGunzip({ chunkSize: 1 << 18 })
  // What goes wrong ends `unzipped` with the same error, which its reader throws.
  const read = pipeline(raw, unzipped).catch(() => undefined)
  try {
    yield* unzipped as AsyncIterable<Buffer>
  } finally {
    raw.destroy()
    await read
  }
}
