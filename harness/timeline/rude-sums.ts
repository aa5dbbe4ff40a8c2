import type { RudeClients } from './entry.ts'

/** What rude clients did over the whole run, by manner. */
export type RudeSums = RudeClients['manners']

/** Adds up the cycles: memory follows the manners and what may happen to them, not the run. */
export function addRude() {
  const by = new Map<string, { planned: number; performed: number; readonly notes: Map<string, number> }>()
  return {
    add: ({ manners }: Pick<RudeClients, 'manners'>): void => {
      for (const { manner, planned, performed, notes } of manners) {
        const sum = by.get(manner) ?? { planned: 0, performed: 0, notes: new Map<string, number>() }
        by.set(manner, sum)
        sum.planned += planned
        sum.performed += performed
        for (const { note, acts } of notes) sum.notes.set(note, (sum.notes.get(note) ?? 0) + acts)
      }
    },
    sums: (): RudeSums => [...by].map(([manner, { planned, performed, notes }]) => ({ manner, planned, performed, notes: [...notes].map(([note, acts]) => ({ note, acts })) })),
  }
}
