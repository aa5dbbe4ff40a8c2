import { open, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { StringDecoder } from 'node:string_decoder'
import { readChecksums } from './checksums.ts'
import { formatVersion, type Entry } from './entry.ts'
import type { Facts } from './facts.ts'
import { withoutChecksum } from './facts-checksum.ts'
import { linesAtOnce } from './lines.ts'
import { beginLooks, type LookLine } from './look-lines.ts'

/** Reads run.json of a recording. Fails with one line when there is none, when it was changed after it was written, or when a newer Lowtide wrote it. */
export async function readFacts(dir: string): Promise<Facts> {
  const path = join(dir, 'run.json')
  const file = await readFile(path, 'utf8').catch((cause) => {
    throw new RecordError(`No recording in ${dir}: run.json cannot be read (${cause.code ?? cause.message}). Name the folder of a run, for example one below reports/.`, { cause })
  })
  const { text, altered } = withoutChecksum(file)
  const facts = parse(text)
  if (!isRecord(facts) || typeof facts.formatVersion !== 'number') throw new RecordError(`${path} is not the run.json of a recording: it has no formatVersion.`)
  if (facts.formatVersion > formatVersion) throw new RecordError(`${path} has format version ${facts.formatVersion}; this Lowtide reads up to ${formatVersion}. Judge it with the version that recorded it, or update.`)
  if (altered !== undefined) throw new RecordError(`${path} is not as it was written: ${altered}. Put a copy of it in its place that is; if it was changed on purpose, take out its last field, crc32.`)
  const missing = essential.filter(({ is }) => !is(facts)).map(({ what }) => what)
  if (missing.length > 0) throw new RecordError(`${path} is not the run.json of a recording: it has no ${missing.join(', no ')}.`)
  return facts as unknown as Facts
}

/** The fields without which nothing can be judged. */
const essential: readonly { readonly what: string; readonly is: (facts: Record<string, unknown>) => boolean }[] = [
  { what: 'startedAt', is: ({ startedAt }) => typeof startedAt === 'string' && Number.isFinite(Date.parse(startedAt)) },
  { what: 'list of probes', is: ({ probes }) => isListOf(probes, (probe) => typeof probe === 'string') },
  { what: 'list of doses', is: ({ doses }) => isListOf(doses, Number.isFinite) },
  { what: 'limits', is: ({ limits }) => isRecord(limits) && Object.values(limits).every((limit) => Number.isFinite(limit) || Array.isArray(limit)) },
  { what: 'list of routes', is: ({ routes = [] }) => isListOf(routes, (route) => isRecord(route) && typeof route.name === 'string' && typeof route.path === 'string') },
  { what: 'list of suppressions', is: ({ suppressions = [] }) => isListOf(suppressions, (one) => isRecord(one) && typeof one.invariant === 'string' && typeof one.reason === 'string') },
  { what: 'list of thresholds', is: ({ thresholds = [] }) => isListOf(thresholds, (one) => isRecord(one) && typeof one.metric === 'string' && typeof one.threshold === 'string' && (one.abortAfterMs === undefined || Number.isFinite(one.abortAfterMs))) },
]

/**
 * Streams timeline.ndjson. A line that is no entry ends up as `{ damage }` in its place, so that the reader can go on and the judge can refuse;
 * a stretch of lines whose checksum does not agree ends up as one more, soon after them.
 */
export async function* readEntries(dir: string): AsyncGenerator<Entry | Damage> {
  for await (const entries of entriesAtOnce(dir)) yield* entries
}

/** The same in batches, as lines are read. Go through each batch before asking for the next. */
export async function* entriesAtOnce(dir: string): AsyncGenerator<Iterable<Entry | Damage>> {
  const path = join(dir, 'timeline.ndjson')
  const lookOf = beginLooks()
  const checksums = readChecksums()
  let line = 0
  let firstDamaged = Infinity
  let hasEnd = false
  const damage = (what: string, text: string): Damage => {
    firstDamaged = Math.min(firstDamaged, line)
    return { damage: `line ${line} of timeline.ndjson ${what}: ${JSON.stringify(text.slice(0, 60))}` }
  }
  const entryOf = (text: string): Entry | Damage => {
    line += 1
    const entry = parse(checksums.read(text))
    if (!isRecord(entry) || typeof entry.kind !== 'string' || typeof entry.n !== 'number' || typeof entry.atMs !== 'number') return damage('is no entry', text)
    hasEnd ||= entry.kind === 'end'
    return entry.kind === 'look' ? (lookOf(entry as unknown as LookLine) ?? damage('tells what has changed since a look that is missing', text)) : (entry as unknown as Entry)
  }
  try {
    for await (const texts of linesAtOnce(textOf(path))) {
      yield texts.values().map(entryOf)
      yield checksums.altered().map(alteration)
    }
    // A harness that was killed leaves its last lines without a checksum. Then none of them is the end, and at most the last one is incomplete.
    const wasKilled = !hasEnd && (firstDamaged > line || (firstDamaged === line && (await isTorn(path))))
    if (!wasKilled) yield checksums.uncovered().map(alteration)
  } catch (cause) {
    throw new RecordError(`${path} cannot be read after line ${line}: ${cause instanceof Error ? cause.message : String(cause)}.`, { cause })
  }
}

/** Whether the file ends in the middle of a line; a complete line whose last byte was changed is none such. */
async function isTorn(path: string): Promise<boolean> {
  await using file = await open(path)
  const { size } = await file.stat()
  const { buffer } = await file.read(Buffer.alloc(2), 0, 2, Math.max(0, size - 2))
  const [lastButOne, last] = buffer.toString('latin1')
  return last !== '\n' && lastButOne !== '}'
}

/** A file's text, chunk by chunk, through one buffer: a stream allocates a new one for each chunk, which costs more than reading it. */
async function* textOf(path: string): AsyncGenerator<string> {
  await using file = await open(path)
  const [buffer, decoder] = [Buffer.alloc(16 * chunkBytes), new StringDecoder('utf8')]
  for (;;) {
    const { bytesRead } = await file.read(buffer)
    if (bytesRead === 0) break
    for (let from = 0; from < bytesRead; from += chunkBytes) yield decoder.write(buffer.subarray(from, Math.min(from + chunkBytes, bytesRead)))
  }
  yield decoder.end()
}

/** Longer strings do not fit into V8's young generation, and are collected late. */
const chunkBytes = 64 * 1024

/** `altered`: a stretch of lines was changed after it was written; each of them may still be valid, and then comes as an entry too. */
export type Damage = { readonly damage: string; readonly altered?: true }

const alteration = (damage: string): Damage => ({ damage, altered: true })

/** A recording that cannot be used. */
export class RecordError extends Error {
  override name = 'RecordError'
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const isListOf = (value: unknown, is: (one: unknown) => boolean): boolean => Array.isArray(value) && value.every(is)

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null
