import { expect, test } from 'vitest'
import { createHeap } from '../cpython/collector.ts'
import { createLock } from '../cpython/lock.ts'
import type { Connection } from './connection.ts'
import { createPool } from './pool.ts'

test('wrappers of one thread share one connection, which is rolled back when the last one is returned', async () => {
  const { pool, rollbacks } = poolOf()
  const [a, b] = [await pool.getCnx('one'), await pool.getCnx('one')]
  a.close()
  expect([pool.size(), pool.wrappersOf('one'), rollbacks()]).toEqual([1, 1, 0])
  b.close()
  expect([pool.size(), pool.wrappersOf('one'), rollbacks()]).toEqual([1, 0, 1])
})

test('a wrapper that is closed twice is returned once', async () => {
  const { pool } = poolOf()
  const [a, b] = [await pool.getCnx('one'), await pool.getCnx('one')]
  a.close()
  a.close()
  expect(pool.wrappersOf('one')).toBe(1)
  b.close()
})

test('a wrapper that dies unclosed is returned by its finaliser', async () => {
  const { pool, heap, rollbacks } = poolOf()
  const cnx = await pool.getCnx('one')
  heap.release(cnx.object)
  expect([pool.wrappersOf('one'), rollbacks()]).toEqual([0, 1])
})

test('the sixth thread waits until a connection is free', async () => {
  const { pool } = poolOf()
  const taken = await Promise.all(['1', '2', '3', '4', '5'].map((thread) => pool.getCnx(thread)))
  let served = false
  const sixth = pool.getCnx('6').then((cnx) => {
    served = true
    return cnx
  })
  await new Promise((resolve) => setImmediate(resolve))
  expect([served, pool.size()]).toEqual([false, 5])
  taken[2]!.close()
  await sixth
  expect([served, pool.size()]).toEqual([true, 5])
})

test('a connection that cannot be opened leaves its place to the next', async () => {
  let refused = 0
  const { pool } = poolOf(async () => {
    refused++
    if (refused <= 7) throw new Error('refused')
    return fakeConnection()
  })
  for (let left = 7; left > 0; left--) await expect(pool.getCnx('one')).rejects.toThrow('refused')
  expect(pool.size()).toBe(0)
  await pool.getCnx('one')
  expect(pool.size()).toBe(1)
})

test('a broken connection is not used again', async () => {
  let broken = false
  const { pool } = poolOf(async () => fakeConnection(() => broken))
  const cnx = await pool.getCnx('one')
  broken = true
  cnx.close()
  expect(pool.size()).toBe(0)
})

function poolOf(connect?: () => Promise<Connection>) {
  let rollbacks = 0
  const heap = createHeap()
  const pool = createPool({ heap, lock: createLock(), connect: connect ?? (async () => ({ ...fakeConnection(), rollback: () => void rollbacks++ })) })
  return { pool, heap, rollbacks: () => rollbacks }
}

const fakeConnection = (broken = () => false): Connection => ({ query: async () => [], commit: async () => {}, rollback: () => {}, broken, end: async () => {} })
