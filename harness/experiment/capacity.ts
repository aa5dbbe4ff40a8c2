import type { Plan } from '../scenario/scenario.ts'
import { visit } from '../stack/visit.ts'
import type { Capacity } from '../timeline/entry.ts'
import type { Limits } from '../timeline/facts.ts'
import { mostAtOnce } from './dose.ts'

const tries = 3
/** Beyond the time that its place is held: a request that waits for a place of another takes at least as long again. */
const waveShare = 0.6
const patienceMs = 3_000

/** How many requests are sent together: as many as the pools declare places, else as many as the load sends. */
export const placesDeclared = ({ concurrency }: Plan, { poolMaxPerProcess, workers }: Limits): number =>
  poolMaxPerProcess === undefined ? concurrency : Math.min(mostAtOnce, poolMaxPerProcess * Math.max(1, workers ?? 1))

/**
 * Sends `asked` requests together, each of which takes a place for `holdsMs`, and counts those that did not have to wait for one. The best of three
 * tries: a busy machine makes healthy ones wait, and opens new sessions slowly; nothing makes a lost place answer.
 */
export async function askForPlaces({ url, holdsMs, asked, signal }: { readonly url: string; readonly holdsMs: number; readonly asked: number; readonly signal: AbortSignal }): Promise<Omit<Capacity, 'kind' | 'when'>> {
  const counts: number[] = []
  while (counts.length < tries && Math.max(0, ...counts) < asked) counts.push(await inOneWave({ url, holdsMs, asked, signal }))
  return { asked, parallel: Math.max(...counts), tries: counts }
}

async function inOneWave({ url, holdsMs, asked, signal }: Parameters<typeof askForPlaces>[0]): Promise<number> {
  const patience = AbortSignal.any([signal, AbortSignal.timeout(2 * holdsMs + patienceMs)])
  const took = await Promise.all(
    Array.from({ length: asked }, async () => {
      const beganMs = performance.now()
      const answer = await visit(url, patience).catch(() => null)
      return answer !== null && answer.status < 400 ? performance.now() - beganMs : Number.POSITIVE_INFINITY
    }),
  )
  signal.throwIfAborted()
  // By the quickest of them, so that what the request costs beside its hold is not taken for a wait.
  const quickest = Math.min(...took)
  return took.filter((ms) => ms < quickest + waveShare * holdsMs).length
}
