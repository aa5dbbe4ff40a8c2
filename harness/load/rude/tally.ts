import { addRude, type RudeSums } from '../../timeline/rude-sums.ts'
import type { Act } from './acts.ts'
import type { Done } from './done.ts'
import { nameOf } from './manners.ts'

/** How many acts of each manner were planned and done as told, and what came instead. Manners without an act are told too. */
export type Tally = {
  /** Takes what came of all requests of one act. */
  readonly add: (act: Act, came: readonly Done[]) => void
  readonly sums: () => RudeSums
}

export const openTally = (manners: readonly string[]): Tally => {
  const { add, sums } = addRude()
  add({ manners: manners.map(manner => ({ manner, planned: 0, performed: 0, notes: [] })) })
  return {
    add: ({ manner }, came) => {
      // An act that the end of the dose left no room for was none.
      if (manner.kind === 'plain') return
      const notes = new Set(came.flatMap(one => one.note ?? (one.outcome === 'timed-out' ? 'no answer before the time-out' : [])))
      add({ manners: [{ manner: nameOf(manner), planned: 1, performed: came.every(({ outcome }) => outcome === 'counted') ? 1 : 0, notes: [...notes].map(note => ({ note, acts: 1 })) }] })
    },
    sums,
  }
}
