import type { K6 } from './k6/binary.ts'
import { endedMetric, startedMetric, type Outcome } from './journey/plan.ts'

/** A request's start or end, as its generator saw it. Times in epoch milliseconds with fractions, the generator's clock. */
export type Sample = Started | Ended

export type Started = {
  readonly kind: 'started'
  readonly atMs: number
  readonly request: string
  readonly route: string
  readonly path: string
  /** After the moment that its arrival was planned for; 0 where none was. */
  readonly lateMs: number
}

export type Ended = {
  readonly kind: 'ended'
  readonly atMs: number
  readonly request: string
  readonly route: string
  readonly outcome: Outcome
  readonly durationMs: number
  /** Of HTTP; 0 where no answer came. */
  readonly status: number
  /** As k6 numbers what can go wrong (https://grafana.com/docs/k6/latest/javascript-api/error-codes/); 0 for nothing. */
  readonly errorCode: number
}

export type Take = (sample: Sample) => void

/**
 * Reads samples out of what k6 writes by one of its outputs, given in chunks that may be cut anywhere. Only a line that is not yet whole is kept.
 * A line that ought to be a sample and is none throws: to miss it would be worse.
 */
export const readSamples = (output: K6['output'], take: Take): ((chunk: string) => void) => byLines(linesOf[output], take)

/** Hands over the samples of a text that ends with a whole line. */
type Lines = (text: string, take: Take) => void

const byLines = (read: Lines, take: Take) => {
  let rest = ''
  return (chunk: string) => {
    const text = rest + chunk
    const end = text.lastIndexOf('\n') + 1
    rest = text.slice(end)
    read(end === text.length ? text : text.slice(0, end), take)
  }
}

/** The lines of k6-build/stream/stream.go. */
const ownLines: Lines = (text, take) => {
  for (let at = 0; at < text.length; ) {
    const end = text.indexOf('\n', at)
    take(ownSample(text.slice(at, end)))
    at = end + 1
  }
}

const ownSample = (line: string): Sample => {
  const fields = line.split(',')
  const [kind, micros, value] = fields
  if (kind === 's' && fields.length === 6) return { kind: 'started', atMs: Number(micros) / 1000, request: decoded(fields[3]!), route: decoded(fields[4]!), path: decoded(fields[5]!), lateMs: Number(value) }
  if (kind === 'e' && fields.length === 8) {
    return { kind: 'ended', atMs: Number(micros) / 1000, request: decoded(fields[3]!), route: decoded(fields[4]!), outcome: outcomeOf(fields[5]!), durationMs: Number(value), status: Number(fields[6]), errorCode: Number(fields[7]) }
  }
  throw new Error(`k6 sent a line that Lowtide does not know: ${line.slice(0, 200)}`)
}

/** Nearly all texts are as they were sent, and decoding them costs more than all else in a line. */
const decoded = (text: string): string => (text.includes('%') ? decodeURIComponent(text) : text)

/** The rows of `--out csv=timeFormat=unix_micro` without system tags, a dozen a request, of which two are ours. */
const csvLines: Lines = (text, take) => {
  for (let at = nextRow(text, 0); at !== -1; ) {
    const end = text.indexOf('\n', at)
    take(parseRow(text.slice(at, end)))
    at = nextRow(text, end)
  }
}

const linesOf: Readonly<Record<K6['output'], Lines>> = { csv: csvLines, lowtide: ownLines }

/** Where the next row of ours begins. Only at the start of a line: a user's own values may contain our names. */
const nextRow = (text: string, from: number): number => {
  if (from === 0 && text.startsWith(ownPrefix)) return 0
  const newline = text.indexOf(`\n${ownPrefix}`, from)
  return newline === -1 ? -1 : newline + 1
}

const ownPrefix = 'lowtide_'

/** `metric,microseconds,value,key=value&...,key=value&...`: tags, then metadata, keys in any order, values percent-encoded. */
const parseRow = (row: string): Sample => {
  const [metric, micros, value, ...rest] = row.split(',')
  // A script's own tags may hold commas, which k6 quotes and leaves unescaped. Ours hold none, so that quotes can be dropped.
  const pairs = rest.join('&').replaceAll('"', '')
  const common = { atMs: Number(micros) / 1000, request: field(pairs, 'request'), route: field(pairs, 'route') }
  if (metric === startedMetric) return { kind: 'started', ...common, path: field(pairs, 'path'), lateMs: Number(value) }
  if (metric === endedMetric) {
    return { kind: 'ended', ...common, outcome: outcomeOf(field(pairs, 'outcome')), durationMs: Number(value), status: Number(field(pairs, 'answer')), errorCode: Number(field(pairs, 'fault')) }
  }
  throw new Error(`k6 sent a row that Lowtide does not know: ${row.slice(0, 200)}`)
}

const field = (pairs: string, key: string): string => {
  const start = `&${pairs}`.indexOf(`&${key}=`)
  if (start === -1) throw new Error(`k6 sent a row without ${key}: ${pairs.slice(0, 200)}`)
  const from = start + key.length + 1
  const end = pairs.indexOf('&', from)
  return decoded(end === -1 ? pairs.slice(from) : pairs.slice(from, end))
}

const outcomeOf = (said: string): Outcome => {
  switch (said) {
    case 'counted':
    case 'unexpected':
    case 'timed-out':
    case 'broken':
      return said
    default:
      throw new Error(`k6 sent an outcome that Lowtide does not know: ${said.slice(0, 200)}`)
  }
}
