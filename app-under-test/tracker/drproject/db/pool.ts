import type { Heap } from '../cpython/collector.ts'
import type { PyObject } from '../cpython/memory.ts'
import type { Lock } from '../cpython/lock.ts'
import type { Connection, Value } from './connection.ts'

/**
 * One real connection for each thread, shared by counted wrappers. When the last wrapper of a thread is returned its transaction is
 * rolled back and the connection is free for others. A thread that finds all `max` connections taken waits, for ever.
 */
export function createPool({ heap, lock, connect, max = 5 }: PoolOptions): Pool {
  const active = new Map<Thread, Active>()
  const dormant: Connection[] = []
  const waiting: (() => void)[] = []
  let size = 0

  const getCnx = async (thread: Thread): Promise<PooledConnection> => {
    for (;;) {
      const turn = withLock(() => checkOut(thread))
      switch (turn.kind) {
        case 'wrapper':
          return turn.cnx
        case 'room':
          await open(thread)
          break
        case 'full':
          await turn.returned
          break
        default:
          turn satisfies never
      }
    }
  }

  const checkOut = (thread: Thread): Turn => {
    const mine = active.get(thread)
    if (mine) {
      mine.wrappers++
      return { kind: 'wrapper', cnx: pooledConnection(thread, mine.connection) }
    }
    const connection = dormant.pop()
    if (connection) {
      active.set(thread, { connection, wrappers: 1, object: heap.alloc('list') })
      return { kind: 'wrapper', cnx: pooledConnection(thread, connection) }
    }
    if (size < max) {
      size++
      return { kind: 'room' }
    }
    return { kind: 'full', returned: new Promise((resolve) => waiting.push(resolve)) }
  }

  /** Connecting takes a while, so it happens outside the lock, in a place that `size` already counts. */
  const open = async (thread: Thread) => {
    try {
      const connection = await connect()
      withLock(() => void active.set(thread, { connection, wrappers: 0, object: heap.alloc('list') }))
    } catch (error) {
      withLock(leave)
      throw error
    }
  }

  // Danger: two allocations under the lock. Either may start a collection; a collection may find a dead wrapper; its finaliser closes it; ...
  const pooledConnection = (thread: Thread, connection: Connection): PooledConnection => {
    let open = true
    const close = () => {
      if (!open) return
      open = false
      returnCnx(thread, connection)
    }
    return {
      query: connection.query,
      commit: connection.commit,
      rollback: connection.rollback,
      placeholder: (position) => `$${position}`,
      close,
      object: heap.instance('PooledConnection', { size: 1, finaliser: close }),
    }
  }

  // ... and closing it takes the lock again, here, on the stack of the thread that already has it.
  const returnCnx = (thread: Thread, connection: Connection) => {
    withLock(() => {
      const mine = active.get(thread)
      if (!mine || mine.connection !== connection) throw new Error(`Returned a connection that thread "${thread}" does not have.`)
      mine.wrappers--
      if (mine.wrappers > 0) return
      active.delete(thread)
      heap.release(mine.object)
      connection.rollback()
      if (connection.broken()) leave()
      else {
        dormant.push(connection)
        waiting.shift()?.()
      }
    })
  }

  const leave = () => {
    size--
    waiting.shift()?.()
  }

  const withLock = <T>(work: () => T): T => {
    lock.acquire()
    try {
      return work()
    } finally {
      lock.release()
    }
  }

  return {
    getCnx,
    wrappersOf: (thread) => active.get(thread)?.wrappers ?? 0,
    size: () => size,
    close: async () => {
      const connections = [...dormant, ...[...active.values()].map((mine) => mine.connection)]
      await Promise.allSettled(connections.map((connection) => connection.end()))
    },
  }
}

export type PoolOptions = { readonly heap: Heap; readonly lock: Lock; readonly connect: () => Promise<Connection>; readonly max?: number }

export type Thread = string

export type Pool = {
  /** A wrapper of this thread's connection. Throws what connecting throws. */
  readonly getCnx: (thread: Thread) => Promise<PooledConnection>
  /** Wrappers of this thread that nobody has returned. */
  readonly wrappersOf: (thread: Thread) => number
  /** Real connections, in use or not. */
  readonly size: () => number
  readonly close: () => Promise<void>
}

/** A counted share of a real connection. `close` returns it; so does its finaliser, should it die unclosed. */
export type PooledConnection = {
  readonly query: (text: string, values: readonly Value[]) => Promise<Value[][]>
  readonly commit: () => Promise<void>
  readonly rollback: () => void
  /** The dialect's mark for the parameter at this position, counted from 1. */
  readonly placeholder: (position: number) => string
  readonly close: () => void
  readonly object: PyObject
}

type Active = { readonly connection: Connection; wrappers: number; readonly object: PyObject }

type Turn = { readonly kind: 'wrapper'; readonly cnx: PooledConnection } | { readonly kind: 'room' } | { readonly kind: 'full'; readonly returned: Promise<void> }
