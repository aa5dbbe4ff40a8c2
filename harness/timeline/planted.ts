/**
 * What was planted. The planter is itself a process that must be found. `descriptors` counts its extra open files, all of `descriptorTarget`. Older runs did not plant what is optional here. A 0
 * or an empty list means that the server or the application's role did not allow it.
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
