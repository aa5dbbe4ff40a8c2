import { join } from 'node:path'
import { seriesOf } from './report/series.ts'
import { writeReports } from './report/write-reports.ts'
import { beginThresholds } from './thresholds/fold.ts'
import type { Facts } from './timeline/facts.ts'
import { foldTimeline } from './timeline/fold.ts'
import { readEntries, readFacts } from './timeline/reader.ts'
import { storeAtomically } from './timeline/recorder.ts'
import { redact } from './timeline/redact.ts'
import { judge } from './verdict/judge.ts'
import { loadInvariants } from './verdict/load-invariants.ts'
import type { Findings } from './verdict/verdict.ts'

export type Judged = { readonly facts: Facts; readonly findings: Findings }

/** Judges a recording by today's invariants, from its files alone. Stores nothing. */
export async function judgeRecording(dir: string): Promise<Judged> {
  const facts = await readFacts(dir)
  const thresholds = beginThresholds(facts)
  const timeline = await foldTimeline(facts, alsoTo(thresholds.add, readEntries(dir)))
  return { facts, findings: judge(timeline, await loadInvariants(), thresholds.findings()) }
}

/** One reading of the record serves both. */
async function* alsoTo<T>(take: (entry: T) => void, entries: AsyncIterable<T>): AsyncGenerator<T> {
  for await (const entry of entries) {
    take(entry)
    yield entry
  }
}

/** Judges a recording and writes findings.json and every report into its folder. */
export async function conclude(dir: string): Promise<Judged> {
  const judged = await judgeRecording(dir)
  storeAtomically(join(dir, 'findings.json'), redact(`${JSON.stringify(judged.findings, null, 2)}\n`))
  await writeReports(dir, { ...judged, series: await seriesOf(readEntries(dir), judged.facts) })
  return judged
}
