import type { UnexpectedQueries } from '../probes/quiet.ts'
import type { Look } from '../timeline/entry.ts'
import { beyondStanding, standingQueries } from '../timeline/standing-queries.ts'

/** By then the queries have ended that an application runs once, as it starts. */
const startsWithinMs = 5_000

/**
 * Tells the queries that an application always runs by design from those of requests. Before the load these are all that still run once it has started; from then on those that ran before the load, and
 * as many more as are declared (limits.standingQueries).
 */
export function learnStandingQueries(declared = 0): { readonly unexpected: UnexpectedQueries; readonly sawBeforeLoad: (look: Look) => void } {
  const beganMs = performance.now()
  const sights: Look['members'][] = []
  return {
    unexpected: (running) => beyondStanding(standingQueries(sights), running).slice(declared),
    sawBeforeLoad: ({ members }) => {
      if (performance.now() - beganMs >= startsWithinMs) sights.push(members)
    },
  }
}
