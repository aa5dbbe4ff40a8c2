import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as delay } from 'node:timers/promises'
import type { Plan } from '../scenario/scenario.ts'
import { visit } from '../stack/visit.ts'
import type { Limits } from '../timeline/facts.ts'
import type { Send, Wave } from './count-places.ts'
import { mostAtOnce } from './dose.ts'

/** A request has waited for another's place if it took longer than the quickest by this share of the hold: a wait takes a whole hold. */
const waveShare = 0.6
/** A harness that stood still for this share of the hold hears of the first answers so late that those who waited for a place seem to have got one at once. */
const stallShare = 1 - waveShare
/** A wave that tells nothing is sent again, at most this often. On a machine that is always busy the reading then counts all the same: the control with held places judges it. */
const mostAgain = 3
const patienceMs = 3_000

/** How many places to ask for at most: as many as the pools declare, else as many as the load sends requests at once. */
export const placesDeclared = ({ concurrency }: Plan, { poolMaxPerProcess, workers }: Limits): number =>
  poolMaxPerProcess === undefined ? concurrency : Math.min(mostAtOnce, poolMaxPerProcess * Math.max(1, workers ?? 1))

/** Requests that take a place of the application's pool for `holdsMs` each. */
export type Asker = Disposable & {
  readonly send: Send
  /** How many have not been answered yet. They go on waiting, since hanging up cancels a wait for a place, which perhaps no client of the load ever does. Only disposal hangs up. */
  readonly waiting: () => number
}

/** Sends requests that take a place. Sends nothing until it is asked to. */
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

  const wave = async (requests: number): Promise<Wave> => {
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
    // Measured against the quickest, so that the request's own cost besides its hold does not look like a wait.
    const quickest = Math.min(...served)
    return {
      atOnce: served.filter((ms) => ms < quickest + waveShare * holdsMs).length,
      declined: answers.filter(({ status, tookMs }) => (status >= 400 && status < 500) || (status === 503 && tookMs < waveShare * holdsMs)).length,
      inVain: answers.length === 0,
    }
  }

  return {
    send: async (requests) => {
      for (let again = 0; ; again += 1) {
        // Requests of an earlier wave that still wait would be served first, and make these look as if places were missing.
        await allAnswered()
        const { result, stalledMs } = await watchingLoop(() => wave(requests), holdsMs)
        // A stall cannot make one place too many of one: the first has waited for nobody. And where nobody was served, the next wave would wait in vain.
        if (result.atOnce <= 1 || stalledMs < stallShare * holdsMs || again >= mostAgain) return result
      }
    },
    waiting: () => waiting.size,
    [Symbol.dispose]: () => left.abort(),
  }
}

/** What came of `work`, and the longest time that the event loop of this process stood still meanwhile. */
async function watchingLoop<T>(work: () => Promise<T>, holdsMs: number): Promise<{ readonly result: T; readonly stalledMs: number }> {
  const loop = monitorEventLoopDelay({ resolution: Math.max(1, Math.floor(holdsMs / 20)) })
  loop.enable()
  try {
    const result = await work()
    // The histogram learns of the last delay only with the next turn of the event loop.
    await delay(1)
    return { result, stalledMs: loop.max / 1e6 }
  } finally {
    loop.disable()
  }
}
