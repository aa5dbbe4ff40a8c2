import type { Blind, Canary, Capacity, Control, Dose, Early, Evidence, KeptRequest, LoadSecond, Look, PoolCleanup, Requests, ServerLog, Suspect, Unanswered } from './entry.ts'
import type { Facts } from './facts.ts'
import type { RudeSums } from './rude-sums.ts'

/**
 * A whole run as the judge sees it: every count, the looks that decide, and of the beats only what a judgement needs.
 * Folded in one pass over timeline.ndjson, so that its size follows the number of cycles and survivors, not the hours.
 */
export type Timeline = {
  readonly facts: Facts
  /** In the order they were made: all of the baseline; of every other settle the first and the last three. */
  readonly looks: readonly Stamped<Look>[]
  readonly doses: readonly Stamped<Dose>[]
  readonly cycles: readonly CycleSpan[]
  /** What was sent to each route in each cycle, in the order of cycles and then of their first second. */
  readonly routes: readonly RouteLoad[]
  readonly unanswered: readonly Stamped<Unanswered>[]
  /** Some of each kind of request that failed, the run's first. */
  readonly failures: readonly Stamped<KeptRequest>[]
  /** When requests were in flight; empty in older records. */
  readonly flights: readonly Flights[]
  /** Empty where the load had no rude clients. */
  readonly rude: RudeSums
  readonly canaries: readonly Stamped<Canary>[]
  readonly capacities: readonly Stamped<Capacity>[]
  readonly serverLog: readonly Stamped<ServerLog>[]
  /** What pools said in the application's log; empty in older records. */
  readonly poolCleanups: readonly Stamped<PoolCleanup>[]
  readonly suspects: readonly Stamped<Suspect>[]
  readonly evidence: readonly Stamped<Evidence>[]
  readonly controls: readonly Stamped<Control>[]
  readonly sight: Sight
  /** Longest ages, in milliseconds, at which transactions that did end were last seen open under load; null before the first. */
  readonly endedTransactions: { readonly count: number; readonly p999Ms: number } | null
  /** Of each cycle in which connections were read; empty in older records. */
  readonly clientExtremes: readonly ClientExtremes[]
  /** After which moment and by which each socket in CLOSE_WAIT appeared that was there when a load had gone, also if a later one took it away, in epoch milliseconds by the harness's clock; in that order. */
  readonly halfClosedSince: readonly { readonly afterMs: number; readonly byMs: number }[]
  /** How the record ends. `cut-off`: no last word was written. */
  readonly end: 'completed' | 'interrupted' | 'failed' | 'cut-off'
  readonly endedEarly: Early | null
  /** One sentence for each stretch of the record that was changed after it was written: any value in it may be wrong. Empty for older records, which have no checksums. */
  readonly altered: readonly string[]
  /** One sentence for each line that is missing, comes twice, comes late, or is no entry. */
  readonly damage: readonly string[]
}

export type Stamped<T> = T & { readonly atMs: number }

/** A cycle of load with its settle. Wall clock in epoch milliseconds, for comparison with births of sessions and processes. */
export type CycleSpan = { readonly cycle: number; readonly role: Dose['role']; readonly startMs: number; readonly endMs: number; readonly startedAtEpochMs: number; readonly endedAtEpochMs: number }

/** The seconds of load on one route in one cycle, added up. */
export type RouteLoad = Pick<LoadSecond, 'cycle' | 'route' | 'started' | 'counted' | 'unexpected' | 'timedOut' | 'broken'>

/** When a route's requests of one cycle were in flight, in the order of their starts. Epoch milliseconds, the load generator's clock. */
export type Flights = Pick<Requests, 'cycle' | 'route' | 'complete'> & { readonly startsMs: Float64Array; readonly endsMs: Float64Array }

/** The beats of a cycle with the fewest and with the most clients connected; those that have vanished are counted apart. `threads`: all of the application's. */
export type ClientExtremes = { readonly cycle: number; readonly fewest: Clients; readonly most: Clients }

export type Clients = { readonly clients: number; readonly vanishedClients: number; readonly threads: number }

/** What the probes saw of the time they had to watch (boot and tear-down excluded). */
export type Sight = {
  readonly beats: number
  /** Longest time between two beats that carried this probe's answer. */
  readonly longestGapMs: Readonly<Record<string, number>>
  readonly missedBeats: Readonly<Record<string, number>>
  /** How far the harness was behind in reading what its load generators wrote, at most; null in older records. */
  readonly longestLagMs: number | null
  /** Resident memory of the load generators that ran beside the harness, and of the harness itself, at most; 0 where nobody saw it. */
  readonly peakBytes: { readonly generators: number; readonly harness: number }
  readonly blind: readonly Stamped<Blind>[]
}
