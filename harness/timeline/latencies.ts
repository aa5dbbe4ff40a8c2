import { DDSketch } from '@datadog/sketches-js'

/** How far a percentile that is computed from the record may be from the exact one. */
export const relativeAccuracy = 0.001

/** k6 measures nothing shorter, and no request lasts longer: ten days. */
const shortestMs = 0.001
const longestMs = 864_000_000

/** Latencies in milliseconds, in bounded memory, each told within 0.1 % (Masson, Rim, Lee: DDSketch, VLDB 2019). */
export const openLatencies = (): DDSketch => new DDSketch({ relativeAccuracy })

export const addLatency = (sketch: DDSketch, ms: number): void => sketch.accept(Math.min(Math.max(ms, shortestMs), longestMs))

/** So many latencies of `latencyOf(key)` milliseconds. */
export type Bucket = { readonly key: number; readonly count: number }

const { mapping } = openLatencies()
export const lowestKey = mapping.key(shortestMs)
export const highestKey = mapping.key(longestMs)
export const latencyOf = (key: number): number => mapping.value(key)

/**
 * A sketch as text, two to three characters a latency: by rising keys, how far each is from the one before it (the first from `lowestKey`), doubled; one more
 * where a count follows, which is 1 otherwise. Numbers in groups of seven bits, the lowest first (LEB128), in base64url.
 */
export function encodeLatencies({ store }: DDSketch): string {
  const bytes: number[] = []
  let before = lowestKey
  for (const [at, count] of store.bins.entries()) {
    if (count === 0) continue
    const key = at + store.offset
    pushNumber(bytes, (key - before) * 2 + (count > 1 ? 1 : 0))
    if (count > 1) pushNumber(bytes, count)
    before = key
  }
  // Without padding: the name of a secret and `=` would be redacted.
  return Buffer.from(bytes).toString('base64url')
}

/** Throws a TypeError on a text that encodes no latencies. */
export function decodeLatencies(text: string): readonly Bucket[] {
  const bytes = Buffer.from(text, 'base64url')
  const buckets: Bucket[] = []
  let key = lowestKey
  for (let at = 0; at < bytes.length; ) {
    const step = numberAt(bytes, at)
    const told = step.value % 2 === 0 ? { value: 1, next: step.next } : numberAt(bytes, step.next)
    key += Math.floor(step.value / 2)
    if (key > highestKey || told.value < 1) throw new TypeError(`no latencies: ${JSON.stringify(text.slice(0, 60))}`)
    buckets.push({ key, count: told.value })
    at = told.next
  }
  return buckets
}

function pushNumber(bytes: number[], value: number): void {
  let rest = value
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128)
  bytes.push(rest)
}

function numberAt(bytes: Buffer, from: number): { readonly value: number; readonly next: number } {
  let value = 0
  let scale = 1
  for (let at = from; at < bytes.length; at += 1, scale *= 128) {
    const byte = bytes[at] ?? 0
    value += (byte % 128) * scale
    if (byte < 128) return { value, next: at + 1 }
  }
  throw new TypeError('latencies that are cut off')
}
