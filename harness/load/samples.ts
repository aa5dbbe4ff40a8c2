import { endedMetric, startedMetric, type Outcome } from './plan.ts'

/** A request's start or end, as k6 saw it. Times in epoch milliseconds with fractions, k6's clock. */
export type Sample =
  | { readonly kind: 'started'; readonly atMs: number; readonly request: string; readonly route: string; readonly path: string }
  | { readonly kind: 'ended'; readonly atMs: number; readonly request: string; readonly route: string; readonly outcome: Outcome; readonly durationMs: number }

/**
 * Reads our two samples a request out of k6's CSV (`--out csv=timeFormat=unix_micro`, no system tags), given in chunks that may
 * be cut anywhere. Rows of k6's own metrics are passed over unread, and only a row that is not yet whole is kept.
 */
export const readSamples = (take: (sample: Sample) => void): ((chunk: string) => void) => {
  let rest = ''
  return chunk => {
    const text = rest + chunk
    const end = text.lastIndexOf('\n') + 1
    rest = text.slice(end)
    for (let at = nextRow(text, 0); at !== -1 && at < end; ) {
      const lineEnd = text.indexOf('\n', at)
      take(parseRow(text.slice(at, lineEnd)))
      at = nextRow(text, lineEnd)
    }
  }
}

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
  const sample = { atMs: Number(micros) / 1000, request: field(pairs, 'request'), route: field(pairs, 'route') }
  if (metric === startedMetric) return { kind: 'started', ...sample, path: field(pairs, 'path') }
  if (metric === endedMetric) return { kind: 'ended', ...sample, outcome: outcomeOf(field(pairs, 'outcome')), durationMs: Number(value) }
  throw new Error(`k6 sent a row that Lowtide does not know: ${row.slice(0, 200)}`)
}

const field = (pairs: string, key: string): string => {
  const start = `&${pairs}`.indexOf(`&${key}=`)
  if (start === -1) throw new Error(`k6 sent a row without ${key}: ${pairs.slice(0, 200)}`)
  const from = start + key.length + 1
  const end = pairs.indexOf('&', from)
  return decodeURIComponent(end === -1 ? pairs.slice(from) : pairs.slice(from, end))
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
