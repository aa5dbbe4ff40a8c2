/** The content of run.json: what is known of a run before its first load, with secrets redacted. */
export type Facts = {
  readonly formatVersion: number
  readonly run: string
  readonly scenario: string
  readonly variant: string | null
  readonly profile: 'repro' | 'gate' | 'certify' | 'nightly'
  readonly stack: { readonly kind: string; readonly why: string }
  /** The command line that repeats this run. */
  readonly command: string
  readonly startedAt: string
  readonly seed: number
  /** Planned doses of the measured cycles, in the order of their running. */
  readonly doses: readonly number[]
  readonly concurrency: number
  readonly sampleEveryMs: number
  readonly limits: Limits
  /** The load's routes, where it is a list of them; `{n}` in a path stands for a number. Absent for a journey, and in older records. */
  readonly routes?: readonly { readonly name: string; readonly path: string }[]
  /** How the places of the application's pool are counted. Absent where they are not; older records lack it also where requests that the scenario names held them. */
  readonly capacity?: HowCounted
  /**
   * Invariants that may fail in this scenario, each with a reason that a reader can check, and the day of the latest run before this one in which it did.
   * Older records have neither name nor day.
   */
  readonly suppressions?: readonly { readonly name?: string; readonly invariant: string; readonly reason: string; readonly lastMatched?: string | null }[]
  /** The scenario's thresholds, each as it was declared. `abortAfterMs`: once the load has lasted this long, crossing the threshold ends it. */
  readonly thresholds?: readonly { readonly metric: string; readonly threshold: string; readonly abortAfterMs?: number }[]
  /** What the run claims to watch: probe names. */
  readonly probes: readonly string[]
  /** git head and dirty flag, versions of node, k6, postgres, images and digests: name to value. */
  readonly versions: Readonly<Record<string, string>>
}

/** By which of these requests, in the order in which they are tried; what holds the places meanwhile; and whether the scenario names the request, or the harness has chosen it. */
export type HowCounted = { readonly paths: readonly string[]; readonly heldBy: 'request' | 'locks'; readonly chosenBy: 'scenario' | 'harness' }

/**
 * What the application declares of itself. A declared limit is a hint to the invariants, never a licence:
 * a healthy pool may exceed its declared size for a moment, and a leak may stay below it.
 */
export type Limits = {
  /** Sessions that one process may pool. */
  readonly poolMaxPerProcess?: number
  /** Long-lived processes of the application at rest. 0 for CGI. */
  readonly workers?: number
  /** A healthy transaction never takes longer than this, even under load: one that is open at rest is a leak at this age at the latest (verdict/thresholds.ts). */
  readonly transactionMs?: number
  /** A request's process may outlive its request by this long. */
  readonly processLingerMs?: number
  /** The longest time-out by which the application heals itself (idle time-out of its pool, keep-alive, period of a reaper): a settle that finds something left waits this long. */
  readonly idleTimeoutMs?: number
  /** Sessions that rest in LISTEN for ever by design. */
  readonly listeners?: number
  /** Queries that always run by design, for ever or one after the other, besides those that already do before the first request. */
  readonly standingQueries?: number
  /** How many of these exist at rest by design. */
  readonly zombies?: number
  readonly preparedTransactions?: number
  readonly replicationSlots?: number
  readonly advisoryLocks?: number
  readonly closeWait?: number
  /** A client that vanished without FIN or RST is given up within so long: write time-out, keep-alive, idle time-out. */
  readonly vanishedClientMs?: number
  /** Tables that must not grow under load, with their schema where it is not `public`. */
  readonly steadyTables?: readonly string[]
}
