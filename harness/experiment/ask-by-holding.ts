import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as delay } from 'node:timers/promises'
import type { Wave } from './count-places.ts'
import { openRequests, type Answered, type Asker } from './requests-for-places.ts'

/** A request has waited for another's place if it took longer than the quickest by this share of the hold: a wait takes a whole hold. */
const waveShare = 0.6
/** A harness that stood still for this share of the hold hears of the first answers so late that those who waited for a place seem to have got one at once. */
const stallShare = 1 - waveShare
/** A wave that tells nothing is sent again, at most this often. On a machine that is always busy the reading then counts all the same: the control with held places judges it. */
const mostAgain = 3
const patienceMs = 3_000

/** Asks by requests that hold a place for `holdsMs` each: who finds none is answered later. */
export function askByHolding({ url, holdsMs, signal }: { readonly url: string; readonly holdsMs: number; readonly signal: AbortSignal }): Asker {
  const requests = openRequests(() => url, signal)
  const allAnswered = () => requests.answered(2 * holdsMs + patienceMs)
  const wave = async (sent: number): Promise<Wave> => {
    const answers: Answered[] = []
    requests.send(sent, (answer) => answers.push(answer))
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
    send: async (sent) => {
      for (let again = 0; ; again += 1) {
        // Requests of an earlier wave that still wait would be served first, and make these look as if places were missing.
        await allAnswered()
        const { result, stalledMs } = await watchingLoop(() => wave(sent), holdsMs)
        // A stall cannot make one place too many of one: the first has waited for nobody. And where nobody was served, the next wave would wait in vain.
        if (result.atOnce <= 1 || stalledMs < stallShare * holdsMs || again >= mostAgain) return result
      }
    },
    waiting: requests.waiting,
    [Symbol.asyncDispose]: async () => requests[Symbol.dispose](),
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
