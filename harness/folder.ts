import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

/**
 * Loads the default exports of all modules in a folder, in the order of their file names: to add a probe, an invariant or a reporter is to add one file there.
 * Tests are left out. Fails on an empty folder and on a file whose default export does not fit.
 * @param what what each file should export, for the message: "an invariant: { name, check }"
 */
export async function loadFolder<T extends object>(folder: string, what: string, fits: (value: Partial<T>) => boolean): Promise<readonly T[]> {
  // By code units: the order of findings must not depend on the machine's language.
  const files = (await readdir(folder)).filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts')).toSorted((a, b) => (a < b ? -1 : 1))
  if (files.length === 0) throw new Error(`No file in ${folder} exports ${what}.`)
  return Promise.all(files.map(async (file) => {
    const { default: value } = (await import(pathToFileURL(join(folder, file)).href)) as { default?: T }
    if (value === undefined || !fits(value)) throw new Error(`The default export of ${join(folder, file)} is not ${what}.`)
    return value
  }))
}
