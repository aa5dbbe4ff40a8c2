import { setTimeout as delay } from 'node:timers/promises'
import type { Plan } from '../scenario/scenario.ts'
import { visit } from '../stack/visit.ts'
import type { Limits } from '../timeline/facts.ts'
import type { Send } from './count-places.ts'
import { mostAtOnce } from './dose.ts'

/** Beyond the time that its place is held: a request that waits for a place of another takes at least as long again. */
const waveShare = 0.6
const patienceMs = 3_000

/** Up to how many places are asked for: as many as the pools declare, else as many as the load sends requests at once. */
export const placesDeclared = ({ concurrency }: Plan, { poolMaxPerProcess, workers }: Limits): number =>
  poolMaxPerProcess === undefined ? concurrency : Math.min(mostAtOnce, poolMaxPerProcess * Math.max(1, workers ?? 1))

/** Requests that take a place of the application's pool for `holdsMs` each. */
export type Asker = Disposable & {
  readonly send: Send
  /** So many nobody has answered yet. They wait on: to hang up is to cancel a wait for a place, as perhaps no client of the load ever does. Only its disposal hangs up. */
  readonly waiting: () => number
}

/** What there is to ask with. Nothing is sent until it is. */
export function openAsker({ url, holdsMs, signal }: { readonly url: string; readonly holdsMs: number; readonly signal: AbortSignal }): Asker {
  const left = new AbortController()
  const gone = AbortSignal.any([signal, left.signal])
  const waiting = new Set<Promise<void>>()
  const allAnswered = async (): Promise<void> => {
    if (waiting.size === 0) return
    const over = new AbortController()
    await Promise.race([Promise.all(waiting), delay(2 * holdsMs + patienceMs, undefined, { signal: over.signal }).catch(() => {})])
    over.abort()
    signal.throwIfAborted()
  }

  return {
    send: async (requests) => {
      // Whoever waits from before is served before these: their wait would be taken for one of these.
      await allAnswered()
      const answers: { readonly status: number; readonly tookMs: number }[] = []
      for (let sent = 0; sent < requests; sent += 1) {
        const beganMs = performance.now()
        const answered: Promise<void> = visit(url, gone)
          .then(({ status }) => status, () => 0)
          .then((status) => {
            answers.push({ status, tookMs: performance.now() - beganMs })
            waiting.delete(answered)
          })
        waiting.add(answered)
      }
      await allAnswered()
      const served = answers.flatMap(({ status, tookMs }) => (status > 0 && status < 400 ? [tookMs] : []))
      // By the quickest of them, so that what the request costs beside its hold is not taken for a wait.
      const quickest = Math.min(...served)
      return {
        atOnce: served.filter((ms) => ms < quickest + waveShare * holdsMs).length,
        declined: answers.filter(({ status, tookMs }) => (status >= 400 && status < 500) || (status === 503 && tookMs < waveShare * holdsMs)).length,
        inVain: answers.length === 0,
      }
    },
    waiting: () => waiting.size,
    [Symbol.dispose]: () => left.abort(),
  }
}
