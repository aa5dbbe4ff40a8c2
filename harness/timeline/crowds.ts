import type { Beat, Phase } from './entry.ts'
import type { Crowd, Stamped } from './timeline.ts'

/** Of each cycle the beats with fewest and with most clients connected, and the threads that the application had then: whether it has a thread for each connection shows in nothing else. */
export function crowds() {
  const all = new Map<number, Crowd>()
  const now = { clients: 0, vanishedClients: 0, threads: 0 }
  let cycle: number | null = null
  return {
    phase: (entry: Phase): void => {
      // What is done after the last cycle, as when places are asked for or leaks are planted, is no load.
      cycle = entry.cycle ?? null
      if (entry.phase === 'settle' && entry.edge === 'end') cycle = null
    },
    beat: ({ counters, missed }: Stamped<Beat>): void => {
      now.clients = counters['app.clients'] ?? now.clients
      now.vanishedClients = counters['app.vanished-clients'] ?? now.vanishedClients
      now.threads = counters['app.threads'] ?? now.threads
      // Where connections were not read anew these are of an earlier moment, and the threads of now.
      if (cycle === null || missed?.includes('processes') || counters['app.connection-readings'] === undefined) return
      const { few, many } = all.get(cycle) ?? { few: { ...now }, many: { ...now } }
      all.set(cycle, { cycle, few: now.clients <= few.clients ? { ...now } : few, many: now.clients > many.clients ? { ...now } : many })
    },
    all: (): readonly Crowd[] => [...all.values()],
  }
}
