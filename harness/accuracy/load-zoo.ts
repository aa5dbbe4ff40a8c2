import { readdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { defaultOf } from '../scenario/ts-import.ts'
import { UsageError } from '../scenario/usage-error.ts'
import { problemsOf } from '../scenario/validate.ts'
import type { Exhibit } from './exhibit.ts'

/** An exhibit, and the folder that the paths of its scenario start from. */
export type Housed = Exhibit & { readonly dir: string }

/** All exhibits of a folder, one a file, by their ids. Fails with every problem of each at once. */
export async function loadZoo(folder: string): Promise<readonly Housed[]> {
  const dir = resolve(folder)
  const files = (await readdir(dir).catch((cause) => {
    throw new UsageError([`No folder of exhibits at ${folder}.`], { cause })
  })).filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts')).toSorted()
  if (files.length === 0) throw new UsageError([`No file in ${folder} exports an exhibit.`])
  const loaded = await Promise.all(files.map(async (file) => ({ file, exhibit: (await defaultOf(join(dir, file), `The exhibit ${join(folder, file)}`)) as Exhibit | undefined })))
  const problems = loaded.flatMap(({ file, exhibit }) => (exhibit === undefined ? [`${file} has no default export.`] : problemsOf(exhibit.scenario).map((problem) => `${file}: ${problem}`)))
  const exhibits = loaded.flatMap(({ exhibit }) => (exhibit === undefined ? [] : [{ ...exhibit, dir }]))
  const twice = exhibits.filter(({ id }, i) => exhibits.findIndex((other) => other.id === id) !== i).map(({ id }) => `Two exhibits are called ${id}.`)
  if (problems.length + twice.length > 0) throw new UsageError([...problems, ...twice])
  return exhibits
}
