import type { Member } from './member.ts'

/** Version of the record's format. A newer reader reads every older one. 2: a line tells of a look only what has changed since the one before (look-lines.ts). */
export const formatVersion = 2

/**
 * One line of timeline.ndjson. `n` counts lines from 0, so that a lost line shows as a missing number;
 * `atMs` is monotonic milliseconds since the record was opened (`run.json` holds the wall clock of that moment).
 * On its way into the file a line may get a checksum (checksums.ts), which older records have not.
 */
export type Entry = Happening & { readonly n: number; readonly atMs: number }

/** What can happen in a run. */
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

/** A phase begins or ends. Warm-up, cycle and settle carry the number of their cycle (0 based, counted over the whole run). */
export type Phase = { readonly kind: 'phase'; readonly phase: PhaseName; readonly edge: 'start' | 'end'; readonly cycle?: number }

/** One tick of the sampler: the counters that changed since the last beat; `missed` names probes that gave no answer in time. */
export type Beat = {
  readonly kind: 'beat'
  readonly counters: Readonly<Record<string, number>>
  readonly missed?: readonly string[]
}

/** A probe has lost its sight and will not get it back in this run. */
export type Blind = { readonly kind: 'blind'; readonly probe: string; readonly reason: string }

/**
 * Which look this was. `before-load`: of the application as it was booted; `baseline` and `untouched`: after a cycle, before anything was done to heal;
 * `nudged`: after some cheap requests; `collected`: after a forced collection; `stopped`: after the application got its SIGTERM.
 */
export type Reading = 'before-load' | 'baseline' | 'untouched' | 'nudged' | 'collected' | 'control-before' | 'control-planted' | 'control-removed' | 'stopped'

/** What kept a moment from being quiet, the first of these that did: a probe without its answer, requests in flight, clients still connected, running queries, requests' processes at work, nothing yet to compare with, CPU time. */
export type UnquietBy = 'blindness' | 'requests' | 'clients' | 'queries' | 'processes' | 'first look' | 'cpu'

/**
 * Everything alive at one moment of quiet. `quiescent` is false where the deadline came first; `unquiet` then says why, and `unquietBy` what it was. Older records have no `unquietBy`.
 * Verdicts rest on looks alone; three in a row make a confirmation.
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

/** A request kept whole, told as its cycle's load has ended, or has come to rest. */
export type KeptRequest = {
  readonly kind: 'request'
  readonly cycle: number
  /** Of those that failed some of each kind are kept, of those that were answered as expected the slowest of each route, and some that were in flight as something began that stayed. */
  readonly why: 'failed' | 'slow' | 'at-birth'
  /** Of `at-birth`: kinds and ids of the members that began meanwhile, such as `session 3087@1764118784934`. */
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
 * When a route's requests of one cycle were in flight, told as its load has ended. Unlike `atMs` of an entry these are epoch milliseconds, of the load
 * generator's clock, to a tenth: they are held against births of sessions, transactions and processes. Older records have none.
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

/** What the clients that misbehave on purpose did in one cycle, told as its load ended. Absent where there were none. */
export type RudeClients = {
  readonly kind: 'rude'
  readonly cycle: number
  /** Every manner that was asked for, also one that a small dose left no act for. `performed`: done as told. `notes`: what happened where it was not quite that, and in how many acts. */
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
  /** Of those that broke how many did so by each fault, as k6 numbers them; absent where none did, and in older records. What was in flight as its generator ended had none. */
  readonly faults?: Readonly<Record<number, number>>
  /** Planned requests that were never started. */
  readonly dropped: number
  /** Distinct URLs among the counted that no earlier cycle had answered. */
  readonly newUrls: number
  /** Highest number of requests in flight at once. */
  readonly peakInFlight: number
  /** How long after the moments of their arrivals requests began; absent in a closed model, where they have none. Latencies are counted from those moments. */
  readonly lateness?: { readonly p99Ms: number; readonly maxMs: number }
  /** From the start of the first request to the end of the last. Older records have none. */
  readonly loadMs?: number
  /** Starts and ends of requests whose time could not be, as when the clock was set during the load: they have the time at which they were read. Absent where there were none. */
  readonly misdated?: number
  /** How the generator ended; anything but `completed` makes the dose doubtful. */
  readonly generator: { readonly kind: 'completed' } | { readonly kind: 'broken'; readonly exitCode: number | null; readonly tail: string }
}

/** A request of our own to another route, to see whether the application still answers. */
export type Canary = { readonly kind: 'canary'; readonly url: string; readonly outcome: 'answered' | 'unanswered'; readonly detail: string; readonly tookMs: number }

/**
 * How many places of the application's pool can be had at once, up to `asked`: requests that take a place each were sent together, as many as places are known or one more, and `parallel` of them
 * were answered side by side, in the best of `tries`. Sessions and counters may look the same as ever while places are lost. `before-load` comes twice, the second time warm, and once more if that found more; `after-load` comes twice where places are missed and a
 * collection follows, and `after-collection` tells what that gave back. `places-held`: as a control, while requests of the harness itself held `held` of them; `places-released`: once none was held.
 */
export type Capacity = {
  readonly kind: 'capacity'
  readonly asked: number
  readonly parallel: number
  readonly tries: readonly number[]
  /** Requests that were sent together in each try, with those that hold. Older records have none. */
  readonly sent?: readonly number[]
  /** So many were answered with a status of 400 to 499, or at once with 503, in the try with most of them: they never came to ask for a place. Absent for none. */
  readonly declined?: number
} & (
  | { readonly when: 'before-load' | 'after-load' | 'after-collection' | 'places-released' }
  | { readonly when: 'after-cycle'; readonly cycle: number }
  | { readonly when: 'places-held'; readonly held: number }
)

/** An ERROR, FATAL or PANIC of the database server's own log. */
export type ServerLog = { readonly kind: 'server-log'; readonly pid: number; readonly severity: string; readonly sqlstate: string; readonly message: string }

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

/**
 * What was planted. The planter is itself a process that must be found. `descriptors` counts extra open files of the planter, all of `descriptorTarget`. What is optional older runs
 * did not plant; 0 or none where the server or the application's role did not allow it.
 */
export type Planted = {
  readonly planterPid: number
  readonly sessionPids: readonly number[]
  readonly zombiePids: readonly number[]
  readonly descriptors: number
  readonly descriptorTarget?: string
  /** Threads of the planter that never end, and how many it then had in all. */
  readonly threads?: number
  readonly planterThreads?: number
  /** An idle session, as one in a pool: it holds the advisory locks and the temporary tables. */
  readonly pooledPid?: number
  readonly advisoryLocks?: number
  readonly temporaryTables?: number
  /** Files of the server's in which a cursor keeps its rows. */
  readonly temporaryFiles?: number
  /** Their global identifiers. */
  readonly preparedTransactions?: readonly string[]
  /** Sessions with a query that goes on, and those that the server has ended by a time-out. */
  readonly queryPids?: readonly number[]
  readonly endedPids?: readonly number[]
  /** Sockets of the planter in CLOSE_WAIT. */
  readonly closeWait?: number
  /** Connections from the database's port whose other end nobody holds. */
  readonly orphanSockets?: number
  /** In /dev/shm, as the kernel counts it. */
  readonly sharedMemoryBytes?: number
  /** Of System V. */
  readonly sharedSegments?: number
  /** Processes that carry a request and do not end. */
  readonly requestPids?: readonly number[]
  /** Their names, and how much write-ahead log they kept as they were made. */
  readonly replicationSlots?: readonly string[]
  readonly retainedBytes?: number
  /** Tables made for it, as a look names them, with their rows. */
  readonly grownTables?: readonly { readonly id: string; readonly rows: number }[]
  /** What these tables take in the database, and how far the write-ahead log went while they were made. */
  readonly databaseBytes?: number
  readonly walBytes?: number
  /** Memory of the planter's that no file backs, and how much it then had in all. */
  readonly memoryBytes?: number
  readonly planterMemoryBytes?: number
}

/** The run's last word. A record without it was cut off. */
export type End = {
  readonly kind: 'end'
  readonly how: 'completed' | 'interrupted' | 'failed'
  readonly detail: string
  /** Why a completed run left out what it had planned: there was nothing more to learn. */
  readonly early?: Early
}

export type Early = 'leak confirmed' | 'sure' | 'probe blind' | 'application ended' | 'threshold crossed' | 'load broken' | 'time over'
