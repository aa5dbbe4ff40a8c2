import type { Beat, Phase } from './entry.ts'
import type { Crowd, Stamped } from './timeline.ts'

/** For each cycle, the beats with the fewest and the most clients connected, with the threads of the application at that time: they show whether it has a thread for each connection. */
export function crowds() {
  const all = new Map<number, Crowd>()
  const now = { clients: 0, vanishedClients: 0, threads: 0 }
  let cycle: number | null = null
  return {
    phase: (entry: Phase): void => {
      // After the last cycle the harness counts places and plants leaks: that is no load.
      cycle = entry.cycle ?? null
      if (entry.phase === 'settle' && entry.edge === 'end') cycle = null
    },
    beat: ({ counters, missed }: Stamped<Beat>): void => {
      now.clients = counters['app.clients'] ?? now.clients
      now.vanishedClients = counters['app.vanished-clients'] ?? now.vanishedClients
      now.threads = counters['app.threads'] ?? now.threads
      // Where connections were not read anew, their number is older than that of the threads.
      if (cycle === null || missed?.includes('processes') || counters['app.connection-readings'] === undefined) return
      const { few, many } = all.get(cycle) ?? { few: { ...now }, many: { ...now } }
      all.set(cycle, { cycle, few: now.clients <= few.clients ? { ...now } : few, many: now.clients > many.clients ? { ...now } : many })
    },
    all: (): readonly Crowd[] => [...all.values()],
  }
}
