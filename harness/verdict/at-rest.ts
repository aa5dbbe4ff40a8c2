import { formOf } from '../timeline/standing-queries.ts'
import type { Timeline } from '../timeline/timeline.ts'
import { remembered } from './remembered.ts'
import { runningLooks } from './rest.ts'
import { isSession } from './stay.ts'

/** How long a look takes, in milliseconds. It is dated when it is done, so what it shows may have begun by this much earlier than its date and the age that it shows say. */
export const lookMs = 250

/** Whatever seems to have begun this long after a load, in milliseconds, has begun at rest, however slow the look was that shows it. */
const surelyMs = 1_000

/**
 * The statements that an application runs by itself, as when it asks its sessions now and then for a sign of life: for each form of statement, the ids of the sessions on which one was
 * seen to begin while no load was on and the harness asked for nothing. The harness does ask for something after a cycle, when it counts places, and before some looks, when it nudges.
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
