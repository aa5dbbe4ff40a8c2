import { formatVersion } from '../timeline/entry.ts'
import type { Timeline } from '../timeline/timeline.ts'
import { doubted, isDoubt } from './altered.ts'
import { birthsOf } from './births.ts'
import { boundsOf, doseOf } from './bounds.ts'
import { driftsOf } from './drift.ts'
import { hangsOf } from './hangs.ts'
import { healClass } from './heal.ts'
import { ownerOf } from './owner/owner.ts'
import { rateOf } from './rate.ts'
import { survivorsOf } from './survivors.ts'
import { leftBehind, tallyOf } from './tally.ts'
import { timeOutOf } from './time-out.ts'
import type { Finding, Findings, Invariant, Opinion, Verdict } from './verdict.ts'
import { count, duration, inOrder } from './words.ts'

/**
 * Asks every invariant about a run and takes the worst answer: leak, then crossed, then inconclusive, then pass. Pure: the same timeline gives the same bytes. An invariant that throws
 * has not passed. `thresholds` are the findings on the scenario's own thresholds, found from the same record.
 */
export function judge(timeline: Timeline, invariants: readonly Invariant[], thresholds: readonly Finding[] = []): Findings {
  const opinions = invariants.map((invariant) => suppressed(timeline, ask(invariant, timeline)))
  const findings = [...opinions, ...thresholds, ...idleSuppressions(timeline, invariants, opinions)].map((finding) => doubted(timeline, finding)).sort(worstFirst(invariants))
  const leaks = findings.filter(({ kind }) => kind === 'leak')
  const verdict = invariants.length === 0 ? 'inconclusive' : worst(findings)
  const hangs = hangsOf(timeline, leaks)
  const dose = doseOf(timeline, leftBehind(tallyOf(timeline, hangs, leaks)))
  const heal = leaks.length === 0 ? 'none' : healClass(timeline, survivorsOf(leaks))
  const timeOut = heal === 'by time-out' ? timeOutOf(timeline, survivorsOf(leaks)) : null
  const births = birthsOf(timeline, hangs, leaks)
  const rate = rateOf(timeline, births)
  const bounds = boundsOf(timeline, dose, hangs, rate)
  const judged = timeline.end === 'interrupted' && timeline.altered.length === 0 ? 'interrupted' : verdict

  return {
    formatVersion,
    verdict: judged,
    headline: headline(judged, judged === 'leak' && timeline.endedEarly === 'leak confirmed' ? findings.filter(({ kind }) => kind !== 'inconclusive') : findings, bounds, heal, dose),
    findings,
    endedEarly: timeline.endedEarly,
    hangs,
    heal,
    ...(timeOut !== null && { timeOut }),
    dose,
    bounds,
    rate,
    owner: ownerOf(timeline, hangs, births, rate),
    drifts: driftsOf(timeline),
    watched: watched(timeline),
    next: next(timeline, judged, findings),
  }
}

function ask({ name, check }: Invariant, timeline: Timeline): Finding {
  try {
    return { invariant: name, ...check(timeline) }
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    return { invariant: name, kind: 'inconclusive', sentence: `"${name}" could not be judged: ${reason}`, settledBy: 'a record that is whole; if this one is, the invariant is at fault' }
  }
}

/** A suppressed leak is told as a warning, with its reason. What the run could not see, its own planted leak included, cannot be suppressed. */
function suppressed({ facts }: Timeline, finding: Finding): Finding {
  const suppression = facts.suppressions?.find(({ invariant }) => invariant === finding.invariant)
  if (suppression === undefined || finding.kind !== 'leak') return finding
  const { name, invariant, reason } = suppression
  return { ...finding, kind: 'warning', sentence: `${finding.sentence} (suppressed${name === undefined ? '' : ` by "${name}"`}: ${reason})`, suppression: name ?? invariant }
}

/** Tells of suppressions that match nothing. A misspelt one would stay unnoticed until the night it was meant for, and one that no longer hides anything will hide the next thing that comes. */
const idleSuppressions = ({ facts }: Timeline, invariants: readonly Invariant[], findings: readonly Finding[]): readonly Finding[] =>
  (facts.suppressions ?? []).flatMap(({ name, invariant, reason, lastMatched }): readonly Finding[] => {
    if (!invariants.some((one) => one.name === invariant)) return [{ invariant: 'every suppression names an invariant', kind: 'warning', sentence: `the suppression of "${invariant}" matches none`, survivors: [] }]
    if (findings.some(({ suppression }) => suppression === (name ?? invariant))) return []
    const before = lastMatched === undefined ? '' : lastMatched === null ? ', nor in any run on record' : `; it last did on ${lastMatched}`
    return [{ invariant: 'every suppression hides something', kind: 'not judged', sentence: `the suppression ${name === undefined ? '' : `"${name}" `}of "${invariant}" (${reason}) hid nothing${before}` }]
  })

const severity = { leak: 0, crossed: 1, inconclusive: 2, warning: 3, 'not judged': 4, pass: 5 } satisfies Record<Opinion['kind'], number>

const worstFirst = (invariants: readonly Invariant[]): ((a: Finding, b: Finding) => number) => {
  const causes = new Set(invariants.filter(({ isCause }) => isCause).map(({ name }) => name))
  const rank = ({ invariant }: Finding): number => (causes.has(invariant) ? 0 : 1)
  const doubts = (finding: Finding): number => (isDoubt(finding) ? 0 : 1)
  // A child that was left behind says more than the pipes to it, which its parent keeps.
  const keeps = (finding: Finding): number => (finding.kind === 'leak' && finding.survivors.every(({ keptMore }) => keptMore !== undefined) ? 1 : 0)
  return (a, b) => severity[a.kind] - severity[b.kind] || doubts(a) - doubts(b) || rank(a) - rank(b) || keeps(a) - keeps(b) || inOrder(a.invariant, b.invariant) || inOrder(a.sentence, b.sentence)
}

function worst(findings: readonly Finding[]): Verdict {
  const kinds = new Set(findings.map(({ kind }) => kind))
  return (['leak', 'crossed', 'inconclusive'] as const).find((kind) => kinds.has(kind)) ?? 'pass'
}

function headline(verdict: Findings['verdict'], findings: readonly Finding[], bounds: readonly string[], heal: Findings['heal'], { leftBehind: left }: Findings['dose']): string {
  const [first, ...others] = findings.filter(({ kind }) => kind === 'leak' || kind === 'crossed' || kind === 'inconclusive')
  const more = others.length > 0 ? ` (and ${count(others.length, 'more finding')})` : ''
  const crossed = findings.filter(({ kind }) => kind === 'crossed').length
  switch (verdict) {
    case 'pass':
      return bounds.join('; ')
    case 'leak':
      return `${left > 0 ? `${bounds[0]}, ${heal === 'permanent' ? heal : `healed ${heal}`}: ` : ''}${first?.sentence}${more}${crossed > 0 ? `; ${count(crossed, 'threshold')} crossed` : ''}`
    case 'crossed':
      return `${first?.invariant}: ${first?.sentence}${more}`
    case 'inconclusive':
      return `${first?.sentence ?? 'no invariant was asked'}${more}`
    case 'interrupted':
      return `interrupted; until then ${first?.kind === 'leak' ? first.sentence : 'no leak was found'}${crossed > 0 ? `; ${count(crossed, 'threshold')} crossed` : ''}`
    default:
      return verdict satisfies never
  }
}

const watched = ({ facts, sight, looks }: Timeline): readonly string[] =>
  [...facts.probes].sort(inOrder).map((probe) => {
    const gapMs = sight.longestGapMs[probe]
    return `${probe}: ${count(looks.length, 'look')}, ${count(sight.beats - (sight.missedBeats[probe] ?? 0), 'beat')}${gapMs === undefined ? '' : `, longest gap ${duration(gapMs)}`}`
  })

function next({ facts }: Timeline, verdict: Findings['verdict'], findings: readonly Finding[]): readonly string[] {
  switch (verdict) {
    case 'pass':
      return []
    case 'leak':
    case 'crossed':
      return [`see it again: ${facts.command}`]
    case 'inconclusive':
      return [...new Set(findings.flatMap((finding) => (finding.kind === 'inconclusive' ? [finding.settledBy] : [])))]
    case 'interrupted':
      return [`run it to its end: ${facts.command}`]
    default:
      return verdict satisfies never
  }
}
