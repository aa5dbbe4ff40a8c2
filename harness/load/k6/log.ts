import { createWriteStream } from 'node:fs'
import { finished } from 'node:stream/promises'
import type { Readable } from 'node:stream'

/** k6's stderr on its way to a file: always read, since k6 logs synchronously and an unread stderr stalls the load. */
export type K6Log = AsyncDisposable & {
  /** What k6 said last, newest last, for people to read. */
  readonly tail: () => string
}

/** A target that is down makes a line a request: what goes beyond this is counted, not kept. */
const mostBytes = 256 * 1024
const tailBytes = 4_000

/** Must be called in the same turn as the start of k6: what one says that ends at once is lost otherwise. The file's folder is there. */
export const openK6Log = (stderr: Readable, file: string): K6Log => {
  const out = createWriteStream(file, { flags: 'a' })
  let failed: Error | null = null
  // A full disk must not end the load; the tail is still there to tell of it.
  out.on('error', error => (failed = error))
  let kept = 0
  let dropped = 0
  let tail = ''
  let hasCrashed = false
  stderr.setEncoding('utf8').on('data', (chunk: string) => {
    if (!hasCrashed) {
      const said = tail + chunk
      const dumpAt = said.search(goDump)
      hasCrashed = dumpAt !== -1
      tail = (hasCrashed ? said.slice(0, dumpAt) : said).slice(-tailBytes)
    }
    if (kept + chunk.length <= mostBytes && failed === null) out.write(chunk)
    else dropped += chunk.length
    kept += chunk.length
  })
  return {
    tail: () => [...new Set(tail.trim().split('\n').map(readable))].slice(-10).join('\n'),
    [Symbol.asyncDispose]: async () => {
      if (failed !== null) return
      if (dropped > 0) out.write(`... ${dropped} more characters of k6's log were not kept; it ended in:\n${tail}`)
      out.end()
      await finished(out).catch(() => undefined)
    },
  }
}

/** What Go says as it crashes, such as `fatal error: out of memory`, stands before the stacks of all its goroutines, which are for nobody to read. */
const goDump = /\n\n(?:runtime stack:|goroutine \d+ )/

/** Of `time="..." level=error msg="..." error="..."` what it says, its escaped quotes and newlines as they were. */
const readable = (line: string): string => {
  const said = ['msg', 'error'].flatMap(key => new RegExp(` ${key}=("(?:[^"\\\\]|\\\\.)*"|\\S+)`).exec(line)?.[1] ?? [])
  return said.length === 0 ? line : said.map(unquoted).join(': ')
}

const unquoted = (text: string): string => {
  try {
    return text.startsWith('"') ? String(JSON.parse(text)) : text
  } catch {
    // Go's quoting knows a few escapes (\x00) that JSON does not.
    return text
  }
}
