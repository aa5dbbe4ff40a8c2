import { setTimeout as delay } from 'node:timers/promises'
import { visit } from '../stack/visit.ts'
import type { Send } from './count-places.ts'

/** Sends requests that take a place of the application's pool. Sends nothing until it is asked to. */
export type Asker = AsyncDisposable & {
  readonly send: Send
  /** How many have not been answered yet. They go on waiting, since hanging up cancels a wait for a place, which perhaps no client of the load ever does. Only disposal hangs up. */
  readonly waiting: () => number
}

/** `status` is 0 where the connection failed. */
export type Answered = { readonly status: number; readonly tookMs: number }

/** Where the `nth` request goes, from 1. */
export type UrlOf = (nth: number) => string

/** Requests of one kind, and which of them still wait for their answer. */
export type Requests = Disposable & {
  readonly send: (requests: number, onAnswer: (answer: Answered) => void) => void
  /** Returns once all are answered, or the time is over. Rejects when the run is interrupted. */
  readonly answered: (withinMs: number) => Promise<void>
  readonly waiting: () => number
}

export function openRequests(urlOf: UrlOf, signal: AbortSignal): Requests {
  let nth = 0
  const left = new AbortController()
  const gone = AbortSignal.any([signal, left.signal])
  const waiting = new Set<Promise<void>>()
  return {
    send: (requests, onAnswer) => {
      for (let sent = 0; sent < requests; sent += 1) {
        const beganMs = performance.now()
        const answered: Promise<void> = visit(urlOf((nth += 1)), gone)
          .then(({ status }) => status, () => 0)
          .then((status) => {
            waiting.delete(answered)
            onAnswer({ status, tookMs: performance.now() - beganMs })
          })
        waiting.add(answered)
      }
    },
    answered: async (withinMs) => {
      if (waiting.size === 0) return
      const over = new AbortController()
      await Promise.race([Promise.all(waiting), delay(withinMs, undefined, { signal: over.signal }).catch(() => {})])
      over.abort()
      signal.throwIfAborted()
    },
    waiting: () => waiting.size,
    [Symbol.dispose]: () => left.abort(),
  }
}
