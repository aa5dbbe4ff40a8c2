/** `threading.Lock` or `threading.RLock`: held by a thread, waited for by the operating system. */
export type Lock = { readonly acquire: () => void; readonly release: () => void }

/**
 * Not re-entrant: a thread that takes it twice waits for itself, for ever, in the kernel (futex), with all that it holds.
 * Nothing may await between acquire and release: this thread would then serve another request under the first one's lock.
 */
export function createLock(): Lock {
  const state = new Int32Array(new SharedArrayBuffer(4))
  return {
    acquire: () => {
      while (Atomics.compareExchange(state, 0, FREE, HELD) === HELD) Atomics.wait(state, 0, HELD)
    },
    release: () => {
      if (Atomics.exchange(state, 0, FREE) === FREE) throw new Error('Released a lock that nobody holds.')
      Atomics.notify(state, 0, 1)
    },
  }
}

/** The same, but the thread that holds it may take it again. It is made by and for one thread, so its owner needs no name. */
export function createRLock(): Lock {
  const lock = createLock()
  let depth = 0
  return {
    acquire: () => {
      if (depth === 0) lock.acquire()
      depth++
    },
    release: () => {
      if (depth > 0) depth--
      if (depth === 0) lock.release()
    },
  }
}

const FREE = 0
const HELD = 1
