import { is, type Condition } from '../db/criteria.ts'
import { WikiVersion } from '../model.ts'
import type { ProjectVisit } from '../web/visit.ts'
import { pagesNamedIn, type Place } from './markup.ts'

/** Where texts are shown, with those of the pages they name that do not exist. Asks the database once, and only if they name any. */
export async function placeOf({ env, request, project }: ProjectVisit, ...texts: readonly string[]): Promise<Place> {
  const names = [...new Set(texts.flatMap((text) => [...pagesNamedIn(text)]))].slice(0, MOST_NAMES)
  const place = { root: request.root, project }
  if (names.length === 0) return place
  using pages = await WikiVersion.select(env, project.name, is('version', 1), named(names))
  const existing = new Set(pages.map(({ name }) => name))
  return { ...place, missing: new Set(names.filter((name) => !existing.has(name) && name !== TITLE_INDEX)) }
}

/** It is made from the others. */
export const TITLE_INDEX = 'TitleIndex'

const MOST_NAMES = 256

/** As many conditions as the next power of two: the server then keeps a few statements, not one for each number of names. */
const named = (names: readonly string[]): Condition => ({ kind: 'any', of: Array.from({ length: 2 ** Math.ceil(Math.log2(names.length)) }, (_, i) => is('name', names[i] ?? names[0]!)) })
