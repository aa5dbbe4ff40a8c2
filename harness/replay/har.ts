import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { pick } from 'stream-json/filters/pick.js'
import { streamArray } from 'stream-json/streamers/stream-array.js'
import type { Line } from './combined.ts'
import { statusOf } from './json-lines.ts'
import type { Reason } from './logged.ts'
import { methodOf, targetOf } from './target.ts'
import { anyTime } from './times.ts'

/** An entry of a HAR 1.2 as it stands; one at a time is in memory, bodies and all. Fails where the file breaks off or is no JSON. */
export async function* entriesOf(file: Readable): AsyncGenerator<unknown> {
  const entries = streamArray.asStream()
  // What goes wrong ends `entries` with the same error, which the loop below throws.
  const read = pipeline(file, pick.withParserAsStream({ filter: 'log.entries' }), entries).catch(() => undefined)
  try {
    for await (const { value } of entries as AsyncIterable<{ readonly value: unknown }>) yield value
  } finally {
    file.destroy()
    await read
  }
}

/** http://www.softwareishard.com/blog/har-12-spec/: `startedDateTime` is the request's start. A status of 0 was no answer. */
export const harEntry = (entry: unknown): Line | Reason => {
  const { startedDateTime, request, response } = (entry ?? {}) as { readonly startedDateTime?: unknown; readonly request?: { readonly method?: unknown; readonly url?: unknown }; readonly response?: { readonly status?: unknown } }
  if (typeof request?.method !== 'string' || typeof request.url !== 'string') return 'not in the format of this log'
  const method = methodOf(request.method.toUpperCase())
  if (typeof method === 'string') return method
  const target = targetOf(request.url, 'utf8')
  if (typeof target === 'string') return target
  const atMs = anyTime(startedDateTime)
  if (atMs === null) return 'has no time that can be read'
  return { atMs, durationMs: null, ...method, ...target, status: statusOf(response?.status) }
}
