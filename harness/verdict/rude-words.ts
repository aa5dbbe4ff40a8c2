import type { RudeSums } from '../timeline/rude-sums.ts'
import { list, thousands } from './words.ts'

/** `abort mid-body 12 of 12 and slow reader 2 of 3 (1: the answer was too short to be read slowly)`; null where no rude clients were asked for. */
export function rudeWords(rude: RudeSums): string | null {
  return rude.length === 0 ? null : list(rude.map(({ manner, planned, performed, notes }) => (planned === 0 ? `${manner} none (its share is too small for this dose)` : `${manner} ${thousands(performed)} of ${thousands(planned)}${notesOf(notes)}`)), rude.length)
}

/** Manners that were tried and never succeeded: what they would have brought to light, this run does not know. */
export const neverDone = (rude: RudeSums): RudeSums => rude.filter(({ planned, performed }) => planned > 0 && performed === 0)

const notesOf = (notes: RudeSums[number]['notes']): string => (notes.length === 0 ? '' : ` (${notes.map(({ note, acts }) => `${thousands(acts)}: ${note}`).join('; ')})`)
