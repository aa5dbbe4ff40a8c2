import type { Look } from '../timeline/entry.ts'
import type { Session } from '../timeline/member.ts'
import type { Stamped, Timeline } from '../timeline/timeline.ts'
import { lookMs } from './at-rest.ts'

/**
 * The cycle in whose load a session was last asked something, as a look tells of it; null where it was at rest, or never. An application asks its sessions for a sign of life under load as well:
 * what it runs by itself is to be left out (`runAtRest`), and for whom is each rule's own question. One that acquits leaves it out for all sessions, one that blames for those that were seen to run it.
 */
export function lastLoadOf({ cycles, doses }: Timeline, look: Stamped<Look>, { queryAgeMs }: Session): number | null {
  if (queryAgeMs === null) return null
  const begunMs = look.atMs - queryAgeMs
  const cycle = cycles.findLast(({ startMs }) => startMs <= begunMs)?.cycle
  const dose = doses.find((one) => one.cycle === cycle)
  return dose !== undefined && dose.planned > 0 && begunMs <= dose.atMs + lookMs ? dose.cycle : null
}
