import { readdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

/**
 * Loads the default exports of all modules of a folder, by name of file: a new probe, invariant or reporter is one new file there.
 * Tests are left out, and so is what has no default export.
 */
export async function loadFolder<T>(folder: URL): Promise<readonly T[]> {
  const files = (await readdir(fileURLToPath(folder))).filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts')).toSorted()
  const modules = await Promise.all(files.map((file) => import(new URL(file, folder).href) as Promise<{ default?: T }>))
  return modules.flatMap((module) => (module.default === undefined ? [] : [module.default]))
}
