import { seriesOf } from './report/series.ts'
import { writeReports } from './report/write-reports.ts'
import { beginThresholds } from './thresholds/fold.ts'
import type { Facts } from './timeline/facts.ts'
import { beginFold } from './timeline/fold.ts'
import { entriesAtOnce, readEntries, readFacts } from './timeline/reader.ts'
import { judge } from './verdict/judge.ts'
import { loadInvariants } from './verdict/load-invariants.ts'
import type { Findings } from './verdict/verdict.ts'

export type Judged = { readonly facts: Facts; readonly findings: Findings }

/** Judges a recording by today's invariants, from its files alone. Writes nothing. */
export async function judgeRecording(dir: string): Promise<Judged> {
  const facts = await readFacts(dir)
  const [fold, thresholds] = [beginFold(facts), beginThresholds(facts)]
  for await (const entries of entriesAtOnce(dir))
    for (const entry of entries) {
      fold.add(entry)
      thresholds.add(entry)
    }
  return { facts, findings: judge(fold.timeline(), await loadInvariants(), thresholds.findings()) }
}

/** Judges a recording and writes every report into its folder. */
export async function conclude(dir: string): Promise<Judged> {
  const judged = await judgeRecording(dir)
  await writeConclusion(dir, judged)
  return judged
}

/** Writes every report into the folder of the recording that was judged. */
export async function writeConclusion(dir: string, judged: Judged): Promise<void> {
  await writeReports(dir, { ...judged, series: await seriesOf(readEntries(dir), judged.facts) })
}
