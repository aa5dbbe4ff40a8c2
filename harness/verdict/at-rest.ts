import { formOf } from '../timeline/standing-queries.ts'
import type { Timeline } from '../timeline/timeline.ts'
import { remembered } from './remembered.ts'
import { runningLooks } from './rest.ts'
import { isSession } from './stay.ts'

/** A look is dated when it is done: the ages that it tells are older by as long as it took. */
export const lookMs = 250

/** So long after a load even what the slowest of looks tells has begun at rest. */
const surelyMs = 1_000

/**
 * The forms of statements that an application runs by itself, as it asks a session now and then for a sign of life, each with the ids of the sessions on which one was seen to begin: with no load on, and nothing
 * asked by the harness, as it asks for places after a cycle and nudges before other looks.
 */
export const runAtRest = remembered((timeline: Timeline): ReadonlyMap<string, ReadonlySet<string>> => {
  const ends = new Map(timeline.doses.map(({ cycle, planned, atMs }) => [cycle, planned > 0 ? atMs : (timeline.cycles.find((one) => one.cycle === cycle)?.startMs ?? atMs)]))
  const forms = new Map<string, Set<string>>()
  const looks = runningLooks(timeline)
  for (const [i, look] of looks.entries()) {
    const before = looks[i - 1]
    const ofLoad = look.reading === 'untouched' || look.reading === 'baseline' ? ends.get(look.cycle ?? -1) : undefined
    const sinceMs = Math.min(ofLoad === undefined ? Number.POSITIVE_INFINITY : ofLoad + surelyMs, before !== undefined && before.reading === look.reading && before.cycle === look.cycle ? before.atMs + lookMs : Number.POSITIVE_INFINITY)
    for (const session of look.members.filter(isSession)) {
      if (session.queryAgeMs === null || look.atMs - session.queryAgeMs <= sinceMs) continue
      const form = formOf(session)
      forms.set(form, (forms.get(form) ?? new Set()).add(session.id))
    }
  }
  return forms
})
