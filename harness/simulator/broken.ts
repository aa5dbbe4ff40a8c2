import { server } from './beings.ts'
import type { Maker } from './parts.ts'

/** Runs that nobody can judge, or that were broken themselves: they must be inconclusive, and never a leak. */
export const broken: Readonly<Record<string, Maker>> = {
  'H13 the database restarts': (random) => {
    const during = random.between(0, 9)
    let restartedAtMs = Number.POSITIVE_INFINITY
    return {
      boot: [(moment) => server('cluster', { restartedAtMs })(moment)],
      cycle: ({ cycle, startMs, endMs }) => {
        if (cycle === during) restartedAtMs = random.within(startMs, endMs)
        return []
      },
    }
  },
  'beats lost for more than five seconds': (random) => {
    const during = random.between(2, 8)
    let fromMs = Number.POSITIVE_INFINITY
    return {
      lostBeats: (atMs) => atMs > fromMs && atMs < fromMs + 7_500,
      cycle: ({ cycle, startMs }) => {
        if (cycle === during) fromMs = startMs
        return []
      },
    }
  },
  'a probe goes blind': (random) => {
    const nth = random.between(2, 9)
    return { happenings: ({ cycle, endMs }) => (cycle === nth ? [{ kind: 'blind', probe: 'postgres', reason: 'terminating connection', atMs: endMs - 1 }] : []) }
  },
  'streams that the load opens, and that stay connected': (random) => {
    const [before, more] = [random.between(0, 3), random.between(1, 3)]
    let openedAtMs = Number.POSITIVE_INFINITY
    return {
      counters: (atMs) => ({ 'app.clients': atMs < openedAtMs ? before : before + more }),
      cycle: ({ cycle, startMs, endMs }) => {
        if (cycle === 2) openedAtMs = random.within(startMs, endMs)
        return []
      },
    }
  },
}
