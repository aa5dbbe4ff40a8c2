import type { Detector } from '../detector.ts'

/** The threshold in milliseconds: HikariCP's leakDetectionThreshold takes no less than 2 s, and its users set a few seconds. */
const thresholdMs = 4_000

/** A pool's own leak detection, as seen from the server: a session is in use, in a statement or in a transaction, without a change for too long. */
export default {
  name: 'checkout timer',
  about: `a session active or in a transaction for more than ${thresholdMs / 1_000} s`,
  begin: () => {
    let leaks = false
    let watching = true
    return {
      read: (entry) => {
        if (entry.kind === 'phase' && entry.phase === 'control') watching = false
        if (!watching || entry.kind !== 'look') return
        leaks ||= entry.members.some((member) => member.kind === 'session' && member.state !== 'idle' && Math.max(member.stateAgeMs ?? 0, member.transactionAgeMs ?? 0) > thresholdMs)
      },
      leaks: () => leaks,
    }
  },
} satisfies Detector
