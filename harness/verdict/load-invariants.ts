import { join } from 'node:path'
import { loadFolder } from '../folder.ts'
import type { Invariant } from './verdict.ts'

/** Every invariant of a folder, one a file. Fails when there is none, since a run without invariants would pass whatever it left behind, and when two have the same name. */
export async function loadInvariants(folder: string = join(import.meta.dirname, '../invariants')): Promise<readonly Invariant[]> {
  const invariants = await loadFolder<Invariant>(folder, 'an invariant: { name, check }', ({ name, check }) => typeof name === 'string' && typeof check === 'function')
  const twice = invariants.find(({ name }, i) => invariants.findIndex((other) => other.name === name) !== i)
  if (twice) throw new Error(`Two invariants in ${folder} are named "${twice.name}".`)
  return invariants
}
