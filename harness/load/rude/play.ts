import type { RudeSums } from '../../timeline/rude-sums.ts'
import type { Act, Numbered } from './acts.ts'
import type { Done } from './done.ts'
import { atOnce } from './manners.ts'
import { perform, type Stage } from './perform.ts'
import { openPlaces } from './places.ts'
import { openTally } from './tally.ts'

export type Playing = {
  /** Names of all that were asked for, so that those without an act are told. */
  readonly manners: readonly string[]
  /** Requests in flight at once, at most; two at least. */
  readonly places: number
  /** Resolves once the act with this number, from 1, may begin. */
  readonly allowed: (nth: number) => Promise<void>
  readonly stage: Omit<Stage, 'begin'>
  readonly begin: (route: string, asked: Numbered) => (done: Done) => void
}

/** Performs acts in their order, as many at once as there are places, and tells what came of them. */
export const play = async (acts: readonly Act[], { manners, places: count, allowed, stage, begin }: Playing): Promise<RudeSums> => {
  const places = openPlaces(count)
  const tally = openTally(manners)
  const running = new Set<Promise<void>>()
  for (const [i, act] of acts.entries()) {
    await allowed(i + 1)
    await places.take(atOnce(act.manner))
    const came: Done[] = []
    const beginOne = (asked: Numbered) => {
      const ended = begin(act.route, asked)
      return (done: Done) => {
        came.push(done)
        ended(done)
      }
    }
    const doing = perform(act, { ...stage, begin: beginOne }).then(() => {
      tally.add(act, came)
      places.give(atOnce(act.manner))
      running.delete(doing)
    })
    running.add(doing)
  }
  await Promise.all(running)
  return tally.sums()
}
