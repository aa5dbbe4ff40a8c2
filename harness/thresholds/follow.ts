import type { Entry } from '../timeline/entry.ts'
import type { Facts } from '../timeline/facts.ts'
import type { Finding } from '../verdict/verdict.ts'
import { beginThresholds } from './fold.ts'
import { readThreshold } from './thresholds.ts'

/** What a running experiment asks of its thresholds. */
export type FollowedThresholds = {
  /** Aborted by the first threshold that ends the load. */
  readonly endedLoad: AbortSignal
  /** Each has the data that it needs. */
  readonly areDecided: () => boolean
}

const tellEveryMs = 1_000

/** The thresholds of a run that goes on: a crossing is said when it happens, once, and one that is to end the load does. */
export function followThresholds(facts: Facts, follow: (read: (entry: Entry) => void) => void, say: (line: string) => void): FollowedThresholds {
  const fold = beginThresholds(facts)
  const { thresholds = [] } = facts
  const worthSaying = new Map(thresholds.flatMap((declared) => crossingWord(declared) ?? []))
  const mayTell = worthSaying.size > 0 || thresholds.some(({ abortAfterMs }) => abortAfterMs !== undefined)
  const said = new Set<string>()
  const ending = new AbortController()
  let dueMs = 0

  const tell = ({ invariant, sentence }: Finding, word: string) => {
    said.add(invariant)
    say(`${word}: ${invariant}: ${sentence}`)
  }
  follow((entry) => {
    fold.add(entry)
    if (!mayTell || (entry.atMs < dueMs && entry.kind !== 'dose')) return
    dueMs = entry.atMs + tellEveryMs
    const last = fold.endsLoad()
    if (last !== null && !ending.signal.aborted) {
      tell(last, 'threshold crossed, the load ends here')
      ending.abort(new Error(`the threshold ${last.invariant} was crossed`))
    }
    for (const finding of fold.findings()) {
      const word = worthSaying.get(finding.invariant)
      if (finding.kind === 'crossed' && word !== undefined && !said.has(finding.invariant)) tell(finding, word)
    }
  })
  return { endedLoad: ending.signal, areDecided: () => fold.findings().every(({ kind }) => kind !== 'inconclusive') }
}

/** By its name, how a crossing is told during the run. A total of which more is asked, as in `count>100`, is short of it until it is not: that is told at the end. */
function crossingWord(declared: NonNullable<Facts['thresholds']>[number]): readonly [readonly [string, string]] | null {
  const read = readThreshold(declared)
  if ('problems' in read) return null
  const { name, metric, claim } = read
  if (metric.kind === 'counter' || claim.span !== null) return [[name, 'threshold crossed']]
  return claim.operator === '<' || claim.operator === '<=' ? [[name, 'threshold crossed so far']] : null
}
