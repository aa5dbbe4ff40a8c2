import type { Unmeant } from '../probes/quiet.ts'
import type { Look } from '../timeline/entry.ts'
import { beyondStanding, standingQueries } from '../timeline/standing-queries.ts'

/** What an application asks of its database as it starts has ended by then. */
const startsWithinMs = 5_000

/**
 * Tells the queries that an application runs by design from those of requests: before the load all that go on once it has started, from then on those that ran before it, and as many more as are
 * declared.
 */
export function meantQueries(declared = 0): { readonly unmeant: Unmeant; readonly sawBeforeLoad: (look: Look) => void } {
  const beganMs = performance.now()
  const sights: Look['members'][] = []
  return {
    unmeant: (running) => beyondStanding(standingQueries(sights), running).slice(declared),
    sawBeforeLoad: ({ members }) => {
      if (performance.now() - beganMs >= startsWithinMs) sights.push(members)
    },
  }
}
