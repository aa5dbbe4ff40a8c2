import { expect, test } from 'vitest'
import { createLock, createRLock } from './lock.ts'

test('a re-entrant lock may be taken again by its thread, and must be released as often', () => {
  const lock = createRLock()
  lock.acquire()
  lock.acquire()
  lock.release()
  lock.release()
  expect(() => lock.release()).toThrow()
})

test('a lock that nobody holds cannot be released', () => {
  expect(() => createLock().release()).toThrow('Released a lock that nobody holds.')
})
