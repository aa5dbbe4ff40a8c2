import type { Line } from './combined.ts'
import type { Reason } from './logged.ts'
import { methodOf, requestLineOf, targetOf, type Encoding } from './target.ts'
import { anyTime } from './times.ts'

/** Where a line of JSON holds what: names of keys, with dots between those of objects within objects. What is not said is looked for where Caddy, nginx, pino-http and ECS have it. */
export type Fields = {
  readonly time?: string
  readonly method?: string
  /** Path and query, or a whole URL. */
  readonly path?: string
  readonly host?: string
  readonly status?: string
  /** How long the request took, in milliseconds: with it the line's time is that of the request's end. */
  readonly durationMs?: string
  /** The same in seconds. */
  readonly durationSeconds?: string
}

/** `request` alone may be a whole request line, as nginx's $request. */
const usual = {
  time: ['ts', 'time', 'timestamp', '@timestamp', 'time_iso8601', 'time_local', 'msec'],
  method: ['request.method', 'req.method', 'request_method', 'method', 'http.request.method', 'RequestMethod', 'verb'],
  path: ['request.uri', 'req.url', 'request_uri', 'uri', 'url.original', 'url', 'path', 'RequestPath', 'http.url'],
  host: ['request.host', 'req.headers.host', 'host', 'http_host', 'server_name', 'RequestHost'],
  status: ['status', 'res.statusCode', 'statusCode', 'status_code', 'response.status', 'http.response.status_code', 'DownstreamStatus'],
  durationMs: ['responseTime', 'duration_ms', 'durationMs', 'latency_ms'],
  durationSeconds: ['duration', 'request_time'],
} satisfies Record<keyof Fields, readonly string[]>

/** Reads lines of JSON, one request each, given as latin1. */
export const jsonReader = (fields: Fields = {}): ((line: string) => Line | Reason) => {
  const from = (name: keyof Fields) => lookUp(fields[name] === undefined ? usual[name] : [fields[name]])
  const [time, method, path, host, status, durationMs, durationSeconds] = [from('time'), from('method'), from('path'), from('host'), from('status'), from('durationMs'), from('durationSeconds')]
  return text => {
    // nginx writes the bytes of a path as they came, be they UTF-8 or not. What is escaped as \u is text.
    const encoding = text.includes('\\u') ? 'utf8' : 'latin1'
    const line = objectOf(encoding === 'utf8' && beyondAscii.test(text) ? Buffer.from(text, 'latin1').toString('utf8') : text)
    if (line === null) return 'not in the format of this log'
    const request = requestOf(method(line), path(line), line['request'], encoding)
    if (typeof request === 'string') return request
    // pino's req.log writes the request into every line that it is asked for, and once more when it is answered.
    const answer = status(line)
    if (answer === undefined) return 'tells of no answer: written while the request was at work'
    const atMs = anyTime(time(line))
    if (atMs === null) return 'has no time that can be read'
    const said = host(line)
    return {
      atMs,
      durationMs: numberOf(durationMs(line)) ?? times1000(numberOf(durationSeconds(line))),
      method: request.method,
      host: request.target.host ?? (typeof said === 'string' && said !== '' ? said.toLowerCase() : null),
      path: request.target.path,
      status: statusOf(answer),
    }
  }
}

const beyondAscii = /[\x80-\xff]/

type Json = Readonly<Record<string, unknown>>

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)

const objectOf = (text: string): Json | null => {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : null
  } catch {
    return null
  }
}

/** The first of these that is there. Some loggers write `http.request.method` as one key. */
const lookUp = (names: readonly string[]): ((line: Json) => unknown) => {
  const ways = names.map(name => ({ name, keys: name.split('.') }))
  return line => {
    for (const { name, keys } of ways) {
      const found = Object.hasOwn(line, name) ? line[name] : keys.reduce<unknown>((at, key) => (isObject(at) && Object.hasOwn(at, key) ? at[key] : undefined), line)
      if (found !== undefined && found !== null) return found
    }
    return undefined
  }
}

const requestOf = (method: unknown, path: unknown, whole: unknown, encoding: Encoding) => {
  if (typeof method === 'string' && typeof path === 'string') {
    const known = methodOf(method.toUpperCase())
    const target = targetOf(path, encoding)
    if (typeof known === 'string') return known
    return typeof target === 'string' ? target : { ...known, target }
  }
  return requestLineOf(typeof whole === 'string' ? whole : '', encoding)
}

const numberOf = (value: unknown): number | null => {
  const number = typeof value === 'string' && value !== '' ? Number(value) : value
  return typeof number === 'number' && number >= 0 && number < Infinity ? number : null
}

const times1000 = (seconds: number | null): number | null => (seconds === null ? null : seconds * 1_000)

export const statusOf = (value: unknown): number | null => {
  const number = numberOf(value)
  return number !== null && number >= 100 && number <= 599 ? number : null
}
