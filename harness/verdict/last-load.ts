import type { Look } from '../timeline/entry.ts'
import type { Session } from '../timeline/member.ts'
import type { Stamped, Timeline } from '../timeline/timeline.ts'
import { lookMs } from './at-rest.ts'

/**
 * The cycle in whose load a session's last query began, as a look shows it; null where it began at rest, or there was none. An application may send its sessions a sign of life under
 * load as well (`runAtRest`). Each rule decides itself for which sessions that is left out: one that acquits leaves it out for all of them, one that blames only for those that were
 * seen to run it.
 */
export function lastLoadOf({ cycles, doses }: Timeline, look: Stamped<Look>, { queryAgeMs }: Session): number | null {
  if (queryAgeMs === null) return null
  const begunMs = look.atMs - queryAgeMs
  const cycle = cycles.findLast(({ startMs }) => startMs <= begunMs)?.cycle
  const dose = doses.find((one) => one.cycle === cycle)
  return dose !== undefined && dose.planned > 0 && begunMs <= dose.atMs + lookMs ? dose.cycle : null
}
