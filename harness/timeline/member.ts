/**
 * What a probe can find alive at a look, one type a resource. `id` is the identity: two looks that show the same id
 * have seen the same thing, however often its number was reused in between.
 */
export type Member = Session | LoggedSession | Process | PreparedTransaction | ReplicationSlot | TemporaryTable | Table | Server | Place | OtherMember

/** A client backend of PostgreSQL, as pg_stat_activity, pg_locks and the server's clock tell. Identity: pid and backend_start. */
export type Session = {
  readonly kind: 'session'
  /** `${pid}@${backendStartMs}` */
  readonly id: string
  readonly pid: number
  /** Epoch milliseconds, the server's clock. */
  readonly backendStartMs: number
  readonly user: string
  readonly database: string
  readonly applicationName: string
  /** null for a unix socket. */
  readonly clientAddress: string | null
  /** The client's TCP port, which names the owning process; null for a unix socket. */
  readonly clientPort: number | null
  readonly state: string | null
  readonly waitEvent: string | null
  /** Age of the open transaction; null outside a transaction. */
  readonly transactionAgeMs: number | null
  /** Time since the state last changed. */
  readonly stateAgeMs: number | null
  /** null: this session never ran a query. */
  readonly queryAgeMs: number | null
  /** Of the server's clock when it told the ages, in epoch milliseconds. Absent where that clock is not the load's, and in older records. */
  readonly seenAtMs?: number
  readonly holdsXid: boolean
  readonly holdsXmin: boolean
  /** Locks on relations, other than virtual-transaction locks. */
  readonly relationLocks: number
  readonly advisoryLocks: number
  /** After which moment and by which each of them was taken, as far as that was seen, by the clock of `seenAtMs`. Absent without it, without locks, and in older records. */
  readonly locksTaken?: readonly { readonly afterMs: number; readonly byMs: number }[]
  /** The last statement, at most 2,000 characters, secrets redacted. */
  readonly query: string
}

/** A session that the server's own log says was opened and not yet closed: the second ledger. */
export type LoggedSession = {
  readonly kind: 'logged-session'
  /** `${pid}@${backend start in whole epoch seconds}`, as in the log's session_id. */
  readonly id: string
  readonly pid: number
}

/** A process of the application under test, as /proc tells. Identity: pid and start time. */
export type Process = {
  readonly kind: 'process'
  /** `${pid}@${starttime in clock ticks since boot}` */
  readonly id: string
  readonly pid: number
  readonly parentPid: number
  /** Epoch milliseconds. */
  readonly startedAtMs: number
  /** The kernel's letter: R, S, D, Z, T ... */
  readonly state: string
  readonly command: string
  /** Where the kernel has it waiting, for example `futex_do_wait`; empty where unknown. */
  readonly waitChannel: string
  readonly cpuMs: number
  readonly threads: number
  /** Threads on a processor or waiting for one; counted for the process of a request, null for others. */
  readonly runnableThreads: number | null
  readonly residentBytes: number
  /** null for a zombie, or where /proc refuses. */
  readonly descriptors: number | null
  /** What most of them point at, with how many do: a path, a folder of files that are open once, `pipe`, `TCP to port 5432`. Absent in older records. */
  readonly descriptorTargets?: Readonly<Record<string, number>>
  /** Local ports of this process's TCP connections to the database: `Session.clientPort` on the other side. */
  readonly databasePorts: readonly number[]
  /** Sockets of this process in CLOSE_WAIT. */
  readonly closeWait: number
  /** Connections to clients that have vanished without FIN or RST. Older records do not tell. */
  readonly vanishedClients?: number
  /** The request that a CGI process (RFC 3875) carries in its environment. */
  readonly request: CgiRequest | null
  /** The control whose plant this process is; null for the application's own. */
  readonly control: string | null
}

/** `id`: what the request of the load carried in its header `x-request-id`; absent where it had none. */
export type CgiRequest = { readonly method: string; readonly url: string; readonly id?: string }

export type PreparedTransaction = { readonly kind: 'prepared-transaction'; readonly id: string; readonly owner: string; readonly ageMs: number; /** As a session's. */ readonly seenAtMs?: number }

export type ReplicationSlot = { readonly kind: 'replication-slot'; readonly id: string; readonly active: boolean; readonly retainedBytes: number }

/** Lives as long as its session does, or until it is dropped. Identity: its oid. */
export type TemporaryTable = {
  readonly kind: 'temporary-table'
  readonly id: string
  readonly name: string
  /** null: its session has gone, and the server has not yet dropped it. */
  readonly sessionPid: number | null
}

/** A table of the application's that has grown since the run's first look. Identity: its name, with the schema's. */
export type Table = {
  readonly kind: 'table'
  readonly id: string
  readonly rows: number
  /** With its indexes and what is stored out of line. */
  readonly bytes: number
  readonly grownRows: number
  readonly grownBytes: number
}

/** A server whose restart would make the run's counts meaningless. Identity: its name and its start. */
export type Server = { readonly kind: 'server'; readonly id: string; readonly name: string }

/** A place in the application's pool that no request gets any more. It has no identity of its own: places are counted, from 1. */
export type Place = { readonly kind: 'place'; readonly id: string }

/** What a probe of your own finds. `resource` says what it is, in the form `what.counted`. */
export type OtherMember = { readonly kind: 'other'; readonly id: string; readonly resource: string; readonly detail: string }
