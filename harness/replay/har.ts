import { Transform, type Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { pick } from 'stream-json/filters/pick.js'
import { streamArray } from 'stream-json/streamers/stream-array.js'
import type { Line } from './combined.ts'
import { statusOf } from './json-lines.ts'
import { longestLine } from './lines.ts'
import type { Reason } from './logged.ts'
import { methodOf, targetOf } from './target.ts'
import { anyTime } from './times.ts'

/** An entry of a HAR 1.2 as it stands, but for bodies, of which no more is kept than of a line of another log; one entry at a time is in memory. Fails where the file breaks off or is no JSON. */
export async function* entriesOf(file: Readable): AsyncGenerator<unknown> {
  const entries = streamArray.asStream()
  // What goes wrong ends `entries` with the same error, which the loop below throws.
  const read = pipeline(file, pick.withParserAsStream({ filter: 'log.entries', packStrings: false, streamKeys: false, streamNumbers: false }), cutTexts(), entries).catch(() => undefined)
  try {
    for await (const { value } of entries as AsyncIterable<{ readonly value: unknown }>) yield value
  } finally {
    file.destroy()
    await read
  }
}

/** What the parser tells of a text: its beginning, its pieces, its end. */
type Token = { readonly name: string; readonly value?: string }

/** Puts texts together, and leaves out what is too long to be a path, a time or a name: one body may be longer than memory. What is left of it is no shorter than `longestLine`. */
const cutTexts = (): Transform => {
  let text = ''
  return new Transform({
    objectMode: true,
    transform({ name, value }: Token, _, next) {
      if (name === 'startString') text = ''
      else if (name === 'stringChunk') text += text.length < longestLine ? value : ''
      else if (name === 'endString') return next(null, { name: 'stringValue', value: text })
      else return next(null, { name, value })
      next()
    },
  })
}

/** http://www.softwareishard.com/blog/har-12-spec/: `startedDateTime` is the request's start. A status of 0 was no answer. */
export const harEntry = (entry: unknown): Line | Reason => {
  const { startedDateTime, request, response } = (entry ?? {}) as { readonly startedDateTime?: unknown; readonly request?: { readonly method?: unknown; readonly url?: unknown }; readonly response?: { readonly status?: unknown } }
  if (typeof request?.method !== 'string' || typeof request.url !== 'string') return 'not in the format of this log'
  if (request.url.length >= longestLine) return 'longer than 64 kB'
  const method = methodOf(request.method.toUpperCase())
  if (typeof method === 'string') return method
  const target = targetOf(request.url, 'utf8')
  if (typeof target === 'string') return target
  const atMs = anyTime(startedDateTime)
  if (atMs === null) return 'has no time that can be read'
  return { atMs, durationMs: null, ...method, ...target, status: statusOf(response?.status) }
}
