import type { Control, Planted } from '../timeline/entry.ts'
import type { Member } from '../timeline/member.ts'
import type { Stamped, Timeline } from '../timeline/timeline.ts'
import { key, type Rest, presentThroughout, restsOf } from '../verdict/rest.ts'
import { isPlanted, isProcess, isSession, isZombie } from '../verdict/stay.ts'
import type { Invariant } from '../verdict/verdict.ts'
import { count, list } from '../verdict/words.ts'

/**
 * Every run plants a leak of its own and must find exactly that, then see it gone. A harness that has gone blind in any
 * way that nobody thought of fails here.
 */
export default {
  name: 'the planted leak was found',
  check: (timeline) => {
    const planting = timeline.controls.find(({ edge }) => edge === 'planted')
    const settledBy = 'run again; if it stays, see `lowtide doctor`'
    if (planting === undefined) return { kind: 'inconclusive', sentence: 'no leak was planted: the run has not shown that it would have seen one', settledBy: 'a run that gets as far as its control' }

    const before = restOf(timeline, 'control-before')
    const during = restOf(timeline, 'control-planted')
    const after = restOf(timeline, 'control-removed')
    const unseen = Object.entries({ before, during, after }).filter(([, rest]) => !rest?.confirmed).map(([when]) => when)
    if (!before || !during || !after || unseen.length > 0)
      return { kind: 'inconclusive', sentence: `there are no three looks ${list(unseen)} the planted leak`, settledBy }

    const faults = [...notFound(planting, during), ...tooMuch(timeline, before, during), ...notRemoved(timeline, after), ...notRegained(before, after)]
    if (faults.length > 0) return { kind: 'inconclusive', sentence: `the planted leak was not found exactly: ${list(faults)}`, settledBy }
    return { kind: 'pass', sentence: `${inWords(planting.planted)} were planted, found exactly, and seen gone` }
  },
} satisfies Invariant

const restOf = (timeline: Timeline, reading: Rest['reading']): Rest | undefined => restsOf(timeline).findLast((rest) => rest.reading === reading)

function notFound({ planted }: Stamped<Control>, during: Rest): readonly string[] {
  const sessions = presentThroughout(during, isSession).filter(({ transactionAgeMs }) => transactionAgeMs !== null)
  const zombies = presentThroughout(during, isZombie)
  const planter = presentThroughout(during, isProcess).find(({ pid }) => pid === planted.planterPid)
  const missing = (pids: readonly number[], found: readonly { readonly pid: number }[]): number => pids.filter((pid) => !found.some((one) => one.pid === pid)).length
  return [
    said(missing(planted.sessionPids, sessions), 'planted transaction', 'not seen'),
    said(missing(planted.zombiePids, zombies), 'planted zombie', 'not seen'),
    planter === undefined ? 'the planter itself not seen' : null,
    planter !== undefined && (planter.descriptors ?? 0) < planted.descriptors ? `${planter.descriptors ?? 'no'} of ${count(planted.descriptors, 'planted descriptor')} seen` : null,
  ].filter((fault) => fault !== null)
}

/** Whatever else turned up meanwhile would have been blamed on the application. */
function tooMuch(timeline: Timeline, before: Rest, during: Rest): readonly string[] {
  const known = new Set(before.looks.flatMap(({ members }) => members.map(key)))
  const stray = (is: (member: Member) => boolean): number =>
    presentThroughout(during, (member): member is Member => is(member)).filter((member) => !known.has(key(member)) && !isPlanted(timeline, member, during.last)).length
  return [said(stray((member) => isSession(member) && member.transactionAgeMs !== null), 'transaction', 'seen that nobody planted'), said(stray(isZombie), 'zombie', 'seen that nobody planted')].filter((fault) => fault !== null)
}

const notRemoved = (timeline: Timeline, after: Rest): readonly string[] =>
  [said(after.last.members.filter((member) => isPlanted(timeline, member, after.last)).length, 'planted member', 'still there after the removal')].filter((fault) => fault !== null)

/** The application was left alone meanwhile: it can have fewer sessions than before, never more. */
function notRegained(before: Rest, after: Rest): readonly string[] {
  const sessionsOf = (rest: Rest): number => presentThroughout(rest, isSession).length
  const extra = sessionsOf(after) - sessionsOf(before)
  return extra > 0 ? [`${count(extra, 'session')} more than before the control`] : []
}

const said = (n: number, one: string, what: string): string | null => (n === 0 ? null : `${count(n, one)} ${what}`)

const inWords = ({ sessionPids, zombiePids, descriptors }: Planted): string =>
  list([count(sessionPids.length, 'transaction'), count(zombiePids.length, 'zombie'), count(descriptors, 'descriptor')])
