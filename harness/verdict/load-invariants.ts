import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Invariant } from './verdict.ts'
import { inOrder } from './words.ts'

/** Every invariant of a folder: the default export of each file in it that is not a test. A new invariant is a new file. */
export async function loadInvariants(folder: string = join(import.meta.dirname, '../invariants')): Promise<readonly Invariant[]> {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts')).sort(inOrder)
  if (files.length === 0) throw new Error(`No invariant in ${folder}: a run judged by none would pass whatever it left behind.`)
  const invariants = await Promise.all(files.map((file) => load(join(folder, file))))
  const twice = invariants.find(({ name }, i) => invariants.findIndex((other) => other.name === name) !== i)
  if (twice) throw new Error(`Two invariants in ${folder} are named "${twice.name}".`)
  return invariants
}

async function load(path: string): Promise<Invariant> {
  const { default: invariant } = (await import(pathToFileURL(path).href)) as { default?: Partial<Invariant> }
  const { name, check, isCause } = invariant ?? {}
  if (typeof name !== 'string' || typeof check !== 'function') throw new Error(`${path} has no invariant as its default export: { name, check }.`)
  return { name, check, ...(isCause && { isCause }) }
}
