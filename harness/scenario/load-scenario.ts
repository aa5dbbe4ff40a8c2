import { access } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { perhaps } from '../thresholds/meant.ts'
import type { Scenario } from './scenario.ts'
import { defaultOf } from './ts-import.ts'
import { UsageError } from './usage-error.ts'
import { problemsOf } from './validate.ts'

export type LoadedScenario = { readonly scenario: Scenario; readonly dir: string; readonly file: string }

/** Loads a scenario file, wherever it lies, in TypeScript or JavaScript. Fails with every problem of it at once. */
export async function loadScenario(path: string): Promise<LoadedScenario> {
  const file = resolve(path)
  await access(file).catch((cause) => {
    throw new UsageError([`No scenario file at ${path}. \`lowtide list\` shows those of this project.`], { cause })
  })
  const scenario = await defaultOf(file, `The scenario ${path}`)
  if (scenario === undefined) throw new UsageError([`The scenario ${path} has no default export. Write \`export default { ... } satisfies Scenario\`.`])
  const problems = problemsOf(scenario)
  if (problems.length > 0) throw new UsageError(problems.map((problem) => `${path}: ${problem}`))
  return { scenario: scenario as Scenario, dir: dirname(file), file }
}

/** The variant to run: the one asked for, else the target's default, else none. Fails when the target has no such variant. */
export function chooseVariant({ target }: Scenario, asked: string | undefined): string | null {
  if (asked === undefined) return target.variants?.default ?? null
  if (!target.variants) throw new UsageError([`The target "${target.name}" has no variants, so --variant ${asked} says nothing. Leave it out.`])
  if (Object.hasOwn(target.variants.by, asked)) return asked
  const names = Object.keys(target.variants.by)
  throw new UsageError([`The target "${target.name}" has no variant "${asked}". It has ${names.join(', ')}.${perhaps(asked, names)}`])
}
