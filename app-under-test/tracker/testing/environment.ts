import { createRegistry } from '../drproject/component.ts'
import { createHeap } from '../drproject/cpython/collector.ts'
import type { Lock } from '../drproject/cpython/lock.ts'
import type { Connection, Value } from '../drproject/db/connection.ts'
import { createPool } from '../drproject/db/pool.ts'
import type { Environment } from '../drproject/environment.ts'
import type { Variant } from '../drproject/variant.ts'

/** A lock that tells where it would have waited for ever, and goes on. */
export function tellingLock(tell: () => void): Lock {
  let depth = 0
  return {
    acquire: () => {
      if (depth > 0) tell()
      depth++
    },
    release: () => void depth--,
  }
}

/** An environment over rows of the test's own. `query` gets the statement and its parameters. */
export function testEnvironment({ variant = 'as-shipped', query, lock = tellingLock(() => {}) }: { readonly variant?: Variant; readonly query: (text: string, values: readonly Value[]) => Value[][]; readonly lock?: Lock }): Environment {
  const heap = createHeap({ enabled: variant !== 'collector-off' })
  const connection: Connection = { query: async (text, values) => query(text, values), commit: async () => {}, rollback: () => {}, broken: () => false, end: async () => {} }
  const pool = createPool({ heap, lock, connect: async () => connection })
  return { variant, heap, components: createRegistry(heap), pool, getCnx: () => pool.getCnx('MainThread'), repositories: null, log: () => {}, now: () => new Date('2006-04-02T18:00:00Z'), close: pool.close }
}
