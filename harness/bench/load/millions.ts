import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { openHistogram } from '../../thresholds/histogram.ts'
import { decodeLatencies } from '../../timeline/latencies.ts'
import { readEntries } from '../../timeline/reader.ts'
import { spread, type Measure, type MeasureOptions } from '../measure.ts'
import { soakBy, type SoakResult } from '../soak-run.ts'
import { readRawLatencies } from './raw-latencies.ts'

/** One percentile of all of a run's latencies, in milliseconds: by its record, and exact. 100 is the longest. */
type Told = { readonly percent: number; readonly recordMs: number; readonly exactMs: number }

type Result = SoakResult & { readonly latencies: { readonly ofRecord: number; readonly raw: number; readonly told: readonly Told[] } }

const wanted = 5_000_000
const percents = [50, 90, 99, 99.9, 100]

const ours = (name: string) => fileURLToPath(new URL(name, import.meta.url))

/** A whole run of the scenario beside this file, boot to verdict, with its record on disk; its generators' raw latencies are kept beside it, to be compared. */
export const comparedRun = async (args: readonly string[], options: MeasureOptions): Promise<Result> => {
  const folder = await mkdtemp(join(tmpdir(), 'bench-'))
  await using _gone = { [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) }
  const file = join(folder, 'latencies')
  const { also, ...result } = await soakBy([ours('observed-run.mjs'), file], args, { ...options, scenario: ours('saturation.ts') }, (dir) => compare(dir, file))
  return { ...result, latencies: also ?? { ofRecord: 0, raw: 0, told: [] } }
}

const compare = async (dir: string, file: string): Promise<Result['latencies']> => {
  const histogram = openHistogram()
  for await (const entry of readEntries(dir)) if (!('damage' in entry) && entry.kind === 'load') histogram.add(decodeLatencies(entry.latencies ?? ''))
  const exact = readRawLatencies(file)
  return { ofRecord: histogram.count(), raw: exact.count, told: percents.map((percent) => ({ percent, recordMs: histogram.percentile(percent) ?? Number.NaN, exactMs: exact.percentile(percent) })) }
}

export const loadMillions: Measure<Result> = {
  name: 'load-millions',
  claims: 'a run of five million requests needs no more than 250 MB of memory and 100 MB of record, which tells their percentiles within 0.1 %',
  times: 1,
  once: (_, options) => comparedRun(['--profile', 'repro', '--stack', 'processes'], options),
  figures: (results) => [
    `${results.map(({ verdict, requests }) => `${verdict}, ${requests.toLocaleString('en')} requests${requests < wanted ? ` (${wanted.toLocaleString('en')} were wanted)` : ''}`).join('; ')}`,
    `harness: ${spread(results.map(({ harnessPeakMB }) => harnessPeakMB), 'MB at its peak', 0)}, median of each quarter ${results.map(({ harnessQuartersMB }) => harnessQuartersMB.join(', ')).join('; ')} MB; record: ${spread(results.map(({ recordMB }) => recordMB), 'MB', 0)}`,
    ...results.flatMap(({ latencies: { ofRecord, raw, told } }) => [
      `${told.map(({ percent, exactMs }) => `${percent === 100 ? 'max' : `p${percent}`} ${exactMs.toFixed(3)} ms`).join(', ')} by ${raw.toLocaleString('en')} raw latencies, baseline and warm-up too; the record has ${ofRecord.toLocaleString('en')}`,
      `the record's are off by ${told.map((one) => `${(100 * errorOf(one)).toFixed(4)} %`).join(', ')}; the largest error is ${(100 * Math.max(...told.map(errorOf))).toFixed(4)} %`,
    ]),
  ],
}

const errorOf = ({ recordMs, exactMs }: Told): number => Math.abs(recordMs - exactMs) / exactMs
