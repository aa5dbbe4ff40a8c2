import type { Member } from './member.ts'
import type { Planted } from './planted.ts'

/** Version of the record's format. A newer reader reads every older one. Since 2 the line of a look holds only what has changed since the look before (look-lines.ts). */
export const formatVersion = 2

/**
 * One line of timeline.ndjson. `n` counts lines from 0, so that a lost line shows as a missing number;
 * `atMs` is monotonic milliseconds since the record was opened (`run.json` holds the wall clock of that moment).
 * Some lines also get a checksum as they are written to the file (checksums.ts); older records have none.
 */
export type Entry = Happening & { readonly n: number; readonly atMs: number }

/** Everything that a record can hold, one kind of entry each. */
export type Happening =
  | Phase
  | Beat
  | Blind
  | Look
  | LoadSecond
  | Unanswered
  | KeptRequest
  | Requests
  | RudeClients
  | Dose
  | Canary
  | Capacity
  | ServerLog
  | PoolCleanup
  | Suspect
  | Evidence
  | Control
  | End

export type PhaseName =
  | 'boot'
  | 'seed'
  | 'warm-up'
  | 'baseline'
  | 'cycle'
  | 'settle'
  | 'control'
  | 'stop'
  | 'judge'
  | 'tear-down'
  | 'self-check'

/** A phase begins or ends. Warm-up, baseline, cycle and settle carry the number of their cycle, counted from 0 over the whole run. */
export type Phase = { readonly kind: 'phase'; readonly phase: PhaseName; readonly edge: 'start' | 'end'; readonly cycle?: number }

/** One tick of the sampler: the counters that changed since the last beat; `missed` names probes that gave no answer in time. */
export type Beat = {
  readonly kind: 'beat'
  readonly counters: Readonly<Record<string, number>>
  readonly missed?: readonly string[]
}

/** A probe no longer sees what it watches, and will not again in this run. `sqlstate`: of the server's last answer, where that was an error. Older records have none. */
export type Blind = { readonly kind: 'blind'; readonly probe: string; readonly reason: string; readonly sqlstate?: string }

/**
 * Which look this was. `before-load`: of the application as it was booted; `baseline` and `untouched`: after a cycle, before anything was done to heal;
 * `nudged`: after some cheap requests; `collected`: after a forced collection; `stopped`: after the application got its SIGTERM.
 */
export type Reading = 'before-load' | 'baseline' | 'untouched' | 'nudged' | 'collected' | 'control-before' | 'control-planted' | 'control-removed' | 'stopped'

/** Why a moment was not quiet; the first of these that holds: a probe gave no answer, requests are in flight, clients are connected, queries run, processes of requests work, there is no earlier look to compare with, CPU time is used. */
export type UnquietBy = 'blindness' | 'requests' | 'clients' | 'queries' | 'processes' | 'first look' | 'cpu'

/**
 * Everything alive at one moment of quiet. `quiescent` is false where the deadline came before quiet did; `unquiet` then says why in words, and `unquietBy` which condition it was (older records
 * have no `unquietBy`). Verdicts rest on looks alone, and on what three in a row have seen.
 */
export type Look = {
  readonly kind: 'look'
  readonly reading: Reading
  /** The cycle it follows; absent outside cycles (baseline, control, stop). */
  readonly cycle?: number
  readonly quiescent: boolean
  readonly unquiet?: string
  readonly unquietBy?: UnquietBy
  /** Probes that gave no answer: what they would have shown is missing from `members`, which is no proof that it was not there. */
  readonly missed?: readonly string[]
  readonly counters: Readonly<Record<string, number>>
  readonly members: readonly Member[]
}

/** One second of load on one route: requests by outcome, latencies in milliseconds of those that were answered. */
export type LoadSecond = {
  readonly kind: 'load'
  readonly cycle: number
  readonly route: string
  readonly started: number
  /** Answered with the status and content that the journey expects: these alone count as dose. */
  readonly counted: number
  readonly unexpected: number
  readonly timedOut: number
  /** Refused, reset or broken connections. */
  readonly broken: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly maxMs: number
  /** Which second of its cycle's load this is, from 0 for that of the first request. Older records have none, and no `latencies`. */
  readonly second?: number
  /**
   * How long requests took, of those that were answered and those that timed out (as long as they waited), each within 0.1 %: decodeLatencies reads it.
   * A request that was refused, reset or broken off has no duration, and is not in it.
   */
  readonly latencies?: string
}

/** A request that got no answer before its time-out. */
export type Unanswered = {
  readonly kind: 'unanswered'
  readonly cycle: number
  /** The journey's unique id of the request. */
  readonly request: string
  readonly route: string
  readonly url: string
  readonly waitedMs: number
}

/** A request with all that is known of it, written when its cycle's load has ended or has come to rest. */
export type KeptRequest = {
  readonly kind: 'request'
  readonly cycle: number
  /** Why this one was kept: it is one of a few of its kind that failed; it is among the slowest of its route; or it was in flight when something began that was still there at rest. */
  readonly why: 'failed' | 'slow' | 'at-birth'
  /** With `at-birth`: kinds and ids of the members that began meanwhile, such as `session 3087@1764118784934`. */
  readonly born?: readonly string[]
  readonly request: string
  readonly route: string
  /** With its query, cut to 2,000 characters. */
  readonly path: string
  /** Epoch milliseconds of the load generator's clock. */
  readonly startedAtMs: number
  readonly tookMs: number
  readonly outcome: 'counted' | 'unexpected' | 'timed-out' | 'broken'
  /** Of HTTP; 0 where no answer came. */
  readonly status: number
  /** As k6 numbers what can go wrong (https://grafana.com/docs/k6/latest/javascript-api/error-codes/); 0 for nothing. */
  readonly errorCode: number
}

/**
 * When a route's requests of one cycle were in flight, written when its load has ended. Unlike an entry's `atMs` these are epoch milliseconds, by the load
 * generator's clock, to a tenth: they are compared with the births of sessions, transactions and processes. Older records have none.
 */
export type Requests = {
  readonly kind: 'requests'
  readonly cycle: number
  readonly route: string
  /** Start of the first. */
  readonly fromMs: number
  /** Two numbers a request, in the order of their starts: milliseconds since the start before it, and how long it lasted. One that never ended lasted until the load's end. */
  readonly spans: readonly number[]
  /** Their ids in the same order, without the number of the cycle that each begins with, and spaces between them. Absent in older records. */
  readonly ids?: string
  /** What came of each, in the same order: decodeEnds reads it. Absent in older records. */
  readonly ends?: string
  /** False where there were more of them: these are the first. */
  readonly complete: boolean
}

/** What the clients that misbehave on purpose did in one cycle, written when its load has ended. Absent where there were none. */
export type RudeClients = {
  readonly kind: 'rude'
  readonly cycle: number
  /** Every manner that was asked for, also where the dose was too small for it. `performed`: requests that misbehaved as asked. `notes`: what happened otherwise, and how often. */
  readonly manners: readonly { readonly manner: string; readonly planned: number; readonly performed: number; readonly notes: readonly { readonly note: string; readonly acts: number }[] }[]
}

/** What a cycle's load came to, once the generator has ended. */
export type Dose = {
  readonly kind: 'dose'
  readonly cycle: number
  readonly role: 'warm-up' | 'baseline' | 'measured'
  /** Requests planned and requests that counted. */
  readonly planned: number
  readonly counted: number
  readonly unexpected: number
  readonly timedOut: number
  readonly broken: number
  /** How many of the broken ones had which fault, by k6's numbers; absent where none broke, and in older records. Requests in flight when their generator ended have no fault. */
  readonly faults?: Readonly<Record<number, number>>
  /** Planned requests that were never started. */
  readonly dropped: number
  /** Distinct URLs among the counted that no earlier cycle had answered. */
  readonly newUrls: number
  /** Highest number of requests in flight at once. */
  readonly peakInFlight: number
  /** Open model only: how long after their planned arrival requests were sent. Latencies are counted from the planned arrival. */
  readonly lateness?: { readonly p99Ms: number; readonly maxMs: number }
  /** From the start of the first request to the end of the last. Older records have none. */
  readonly loadMs?: number
  /** How many starts and ends of requests had an impossible time, as when the clock was set during the load: they got the time at which they were read. Absent for none. */
  readonly misdated?: number
  /** How the generator ended; anything but `completed` makes the dose doubtful. */
  readonly generator: { readonly kind: 'completed' } | { readonly kind: 'broken'; readonly exitCode: number | null; readonly tail: string }
}

/** A request of the harness itself to another route, to see whether the application still answers. */
export type Canary = { readonly kind: 'canary'; readonly url: string; readonly outcome: 'answered' | 'unanswered'; readonly detail: string; readonly tookMs: number }

/**
 * How many places of the application's pool can be had at once, up to `asked`. Requests that take one place each were sent together, as many as places are known or one more, and in the best of
 * `tries` `parallel` of them were answered side by side; or, where locks of the harness held the places (Facts.capacity), stood before the locks at once. Lost places show in nothing else: sessions and counters
 * may look as always.
 *
 * `before-load` comes twice, the second time with a warm application, and a third time if the second found more; where the harness chose the request, after each warm-up, and `after-cycle` never. `after-load` comes twice where places are missing and a collection follows;
 * `after-collection` shows what that gave back. `places-held` is a control: requests of the harness itself held `held` places meanwhile. `places-released`: none was held any more.
 */
export type Capacity = {
  readonly kind: 'capacity'
  readonly asked: number
  readonly parallel: number
  readonly tries: readonly number[]
  /** Requests that were sent together in each try, with those that hold. Older records have none. */
  readonly sent?: readonly number[]
  /** How many requests were answered with a status of 400 to 499, or at once with 503, or in spite of a lock that should have held them, in the try that had most of these: they never asked for a place. Absent for none. */
  readonly declined?: number
} & (
  | { readonly when: 'before-load' | 'after-load' | 'after-collection' | 'places-released' }
  | { readonly when: 'after-cycle'; readonly cycle: number }
  | { readonly when: 'places-held'; readonly held: number }
)

/** An ERROR, FATAL or PANIC of the database server's own log; or a LOG: that a process of its own has died, and what that one ran. */
export type ServerLog = { readonly kind: 'server-log'; readonly pid: number; readonly severity: string; readonly sqlstate: string; readonly message: string }

/**
 * A line of the application's own log in which a pool says that it cleaned up after a request. `cleanup`: what it says, by its name in pool-cleanups.ts. Only the first lines of each are kept;
 * the counter `app.pool-cleanups` counts all. Older records have none, and no such counter: nobody read that log.
 */
export type PoolCleanup = { readonly kind: 'pool-cleanup'; readonly cleanup: string; readonly line: string }

/** Seen during load: a process that waits with its CPU frozen while its session's transaction grows old. Shown at once, judged later. */
export type Suspect = { readonly kind: 'suspect'; readonly process: string; readonly session: string | null; readonly url: string | null }

/** Evidence was stored for these members under `file`, relative to the run's folder. `lastLogLine` is the application's last word from that process. */
export type Evidence = {
  readonly kind: 'evidence'
  readonly members: readonly string[]
  readonly file: string
  readonly lastLogLine: string | null
}

/** A leak that the run planted itself, to prove that it would have been seen; and its removal. */
export type Control = { readonly kind: 'control'; readonly edge: 'planted' | 'removed'; readonly planted: Planted }

/** The last line of a record. A record without it was cut off. */
export type End = {
  readonly kind: 'end'
  readonly how: 'completed' | 'interrupted' | 'failed'
  readonly detail: string
  /** Why a completed run left out a part of its plan; absent where it did not. */
  readonly early?: Early
}

export type Early = 'leak confirmed' | 'sure' | 'probe blind' | 'application ended' | 'threshold crossed' | 'load broken' | 'time over'
