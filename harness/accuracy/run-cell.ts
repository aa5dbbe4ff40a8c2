import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { loadFolder } from '../folder.ts'
import type { Judged } from '../conclude.ts'
import { soak } from '../index.ts'
import { readEntries, RecordError } from '../timeline/reader.ts'
import { loadInvariants } from '../verdict/load-invariants.ts'
import type { Owner } from '../verdict/owner/owner.ts'
import type { Rate } from '../verdict/rate.ts'
import type { Interval } from '../verdict/statistics/intervals.ts'
import type { HealClass } from '../verdict/verdict.ts'
import { expectedOf, keyOf, type Cell } from './cells.ts'
import { detectionIn, type Detection } from './detection.ts'
import type { Detector } from './detector.ts'
import type { Expected } from './exhibit.ts'
import { keepRecord, recordOf } from './records.ts'
import { weigh } from './weigh.ts'

/** One run as it came out: a line of the raw results. */
export type CellResult = {
  readonly key: string
  readonly at: string
  /** The revision that ran it. */
  readonly git: string
  /** The revision that last judged its kept record again; absent where none has. */
  readonly judgedBy?: string
  readonly exhibit: string
  readonly title: string
  readonly stack: string
  readonly variant: string | null
  readonly mended: boolean
  readonly fault: string | null
  readonly rate: number | null
  readonly requests: number
  readonly expected: Expected
  readonly wallS: number
} & (
  | {
      readonly outcome: 'judged'
      readonly verdict: Judged['findings']['verdict']
      /** Invariants that found a leak, or that could not decide. */
      readonly by: readonly string[]
      readonly heal: HealClass
      /** The route that it names alone as the owner; if several could be, all of them are in `among`. */
      readonly route: string | null
      readonly among: readonly string[]
      /** The rate per request, at 95 %; null where the number left does not grow with the requests. */
      readonly perRequest: Interval | null
      readonly counted: number
      readonly leftBehind: number
      readonly detection: Detection | null
      /** What each naive detector said of the same record. */
      readonly naive: Readonly<Record<string, boolean>>
      readonly headline: string
    }
  | { readonly outcome: 'failed'; readonly error: string }
)

/** `records`: the folder in which the record of each cell is kept, to be judged again by later revisions; null to keep none. */
export type CellOptions = { readonly reports: string; readonly records: string | null; readonly git: string; readonly signal: AbortSignal }

/** Long enough that the budget cuts no dose: the load of a cell is what the table says. */
const budgetMs = 15 * 60_000
const doseShares = 8

/** Runs one cell as a user would, and reads its record for what the table needs. The whole run is kept where the verdict was not the expected one. */
export async function runCell(cell: Cell, { reports, records, git, signal }: CellOptions): Promise<CellResult> {
  const { exhibit, variant, rate, requests, repeat, mended, fault } = cell
  const beganMs = performance.now()
  const expected = expectedOf(cell)
  const wallS = () => Math.round((performance.now() - beganMs) / 10) / 100
  const facts = { key: keyOf(cell), at: new Date().toISOString(), git, exhibit: exhibit.id, title: exhibit.title, stack: exhibit.stack, variant, mended, fault: fault?.name ?? null, rate, requests, expected }
  try {
    const run = await soak(weigh(exhibit.scenario, exhibit.trigger, rate), {
      ...(variant === null ? {} : { variant }),
      stack: 'processes',
      profile: 'gate',
      plan: { dose: Math.ceil(requests / doseShares), concurrency: 8, settleMs: 10_000, budgetMs, seed: repeat + 1, ...exhibit.plan },
      from: exhibit.dir,
      reports,
      ...(fault ? { fault } : {}),
      signal,
    })
    signal.throwIfAborted()
    const result = await readRun(run.dir, run)
    if (records !== null) await keepRecord(run.dir, recordOf(facts.key, records))
    if (run.findings.verdict === expected.verdict) await rm(run.dir, { recursive: true, force: true })
    return { ...facts, wallS: wallS(), outcome: 'judged', ...result }
  } catch (error) {
    signal.throwIfAborted()
    return { ...facts, wallS: wallS(), outcome: 'failed', error: error instanceof Error ? error.message : String(error) }
  }
}

/**
 * What the table needs of a run, from its findings and from its record. Rejects where the record was changed after it was written, since nobody's verdict on such a record says how
 * often they are right.
 */
export async function readRun(dir: string, { facts, findings }: Judged) {
  const { verdict, heal, dose, headline } = findings
  const detectors = await loadFolder<Detector>(join(import.meta.dirname, 'naive'), 'a naive detector: { name, begin }', ({ name, begin }) => typeof name === 'string' && typeof begin === 'function')
  const watching = detectors.map((detector) => ({ name: detector.name, ...detector.begin() }))
  for await (const entry of readEntries(dir)) {
    if (!('damage' in entry)) for (const { read } of watching) read(entry)
    else if (entry.altered) throw new RecordError(`The record in ${dir} is not as it was written: ${entry.damage}. Put a copy of it in its place that is, or run its cell again.`)
  }
  const telling = verdict === 'leak' ? 'leak' : 'inconclusive'
  return {
    verdict,
    by: findings.findings.filter(({ kind }) => kind === telling).map(({ invariant }) => invariant),
    heal,
    ...ownerIn(findings.owner),
    perRequest: perRequestIn(findings.rate),
    counted: dose.counted,
    leftBehind: dose.leftBehind,
    detection: await detectionIn(facts, readEntries(dir), await loadInvariants()),
    naive: Object.fromEntries(watching.map(({ name, leaks }) => [name, leaks()])),
    headline,
  }
}

/** From which share on the request's own route counts as the only one: the other routes of a mix may time out behind it and leave some too. */
const mostly = 0.9

function ownerIn(owner: Owner | null): { readonly route: string | null; readonly among: readonly string[] } {
  switch (owner?.kind) {
    case undefined:
      return { route: null, among: [] }
    case 'dose':
    case 'time':
      return { route: owner.route, among: [owner.route] }
    case 'request':
    case 'one of': {
      const [first] = owner.routes
      return { route: owner.kind === 'request' && first !== undefined && first.share >= mostly ? first.route : null, among: owner.routes.map(({ route }) => route) }
    }
    default:
      return owner satisfies never
  }
}

function perRequestIn(rate: Rate | null): Interval | null {
  switch (rate?.kind) {
    case 'per request':
    case 'mixed':
    case 'undecided':
      return { lower: rate.perRequest.lower, upper: rate.perRequest.upper }
    case undefined:
    case 'per hour':
    case 'at start-up':
      return null
    default:
      return rate satisfies never
  }
}
