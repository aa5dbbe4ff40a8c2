import type { Beat, Phase } from './entry.ts'
import type { ClientExtremes, Stamped } from './timeline.ts'

/** For each cycle, the beats with the fewest and the most clients connected, with the threads of the application at that time: they show whether it has a thread for each connection. */
export function clientExtremes() {
  const all = new Map<number, ClientExtremes>()
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
      const { fewest, most } = all.get(cycle) ?? { fewest: { ...now }, most: { ...now } }
      all.set(cycle, { cycle, fewest: now.clients <= fewest.clients ? { ...now } : fewest, most: now.clients > most.clients ? { ...now } : most })
    },
    all: (): readonly ClientExtremes[] => [...all.values()],
  }
}
