import { createRegistry, type Registry } from './component.ts'
import { createHeap, type Heap } from './cpython/collector.ts'
import { createLock, createRLock } from './cpython/lock.ts'
import { connect } from './db/connection.ts'
import { createPool, type Pool, type PooledConnection } from './db/pool.ts'
import { openLog, type Log } from './log.ts'
import { variantNamed, type Variant } from './variant.ts'

/** What a process of the tracker has: its memory, its components, its pool, its log and its clock. */
export type Environment = {
  readonly variant: Variant
  readonly heap: Heap
  readonly components: Registry
  readonly pool: Pool
  /** This thread's connection. A process serves one request at a time, so it has one thread. */
  readonly getCnx: () => Promise<PooledConnection>
  /** Folder of the projects' repositories, each one bare and named `PROJECT.git`. Null if they are not here. */
  readonly repositories: string | null
  readonly log: Log
  readonly now: () => Date
  readonly close: () => Promise<void>
}

/** Reads DATABASE_URL, TRACKER_VARIANT, TRACKER_NOW, TRACKER_REPOSITORIES, LOWTIDE_LOG and TRACKER_LOG. Connects when the first record is read, not before. */
export function openEnvironment(variables: NodeJS.ProcessEnv): Environment {
  const variant = variantNamed(variables.TRACKER_VARIANT)
  const heap = createHeap({ enabled: variant !== 'collector-off' })
  const lock = variant === 'reentrant-lock' ? createRLock() : createLock()
  const pool = createPool({ heap, lock, connect: () => connect(databaseUrl(variables)) })
  return {
    variant,
    heap,
    components: createRegistry(heap),
    pool,
    getCnx: () => pool.getCnx('MainThread'),
    repositories: variables.TRACKER_REPOSITORIES || null,
    log: openLog(variables),
    now: clockOf(variables),
    close: pool.close,
  }
}

function databaseUrl(variables: NodeJS.ProcessEnv): string {
  if (!variables.DATABASE_URL) throw new Error('DATABASE_URL is not set. Example: DATABASE_URL=postgres://tracker:secret@127.0.0.1:5432/tracker')
  return variables.DATABASE_URL
}

/** TRACKER_NOW stops the clock, so that URLs without a date go on meaning the days that have data. */
function clockOf(variables: NodeJS.ProcessEnv): () => Date {
  if (!variables.TRACKER_NOW) return () => new Date()
  const fixed = new Date(variables.TRACKER_NOW)
  if (Number.isNaN(fixed.getTime())) throw new Error(`TRACKER_NOW is not a date: "${variables.TRACKER_NOW}". Example: 2006-04-02T18:00:00Z`)
  return () => fixed
}
