import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { loadScenario } from '../scenario/load-scenario.ts'
import { UsageError } from '../scenario/usage-error.ts'
import { textOf, type Command } from './command.ts'

export default {
  usage: 'list [--scenarios DIR]',
  does: 'shows the scenarios of a folder and their variants',
  options: { scenarios: { type: 'string' } },
  operands: 'none',
  run: async (args, { stdout }) => {
    const dir = textOf(args, 'scenarios') ?? 'scenarios'
    const files = (await readdir(dir).catch((cause) => {
      throw new UsageError([`The folder ${dir} cannot be read: ${cause.message}. Name another with --scenarios.`], { cause })
    })).filter((file) => /\.(ts|js|mjs)$/.test(file) && !file.includes('.test.'))
    if (files.length === 0) throw new UsageError([`No scenario in ${dir}. Name another folder with --scenarios.`])
    const problems: string[] = []
    for (const file of files.toSorted()) {
      const loaded = await loadScenario(join(dir, file)).catch((error: unknown) => {
        if (!(error instanceof UsageError)) throw error
        problems.push(...error.problems)
        return null
      })
      if (loaded === null) continue
      const { scenario } = loaded
      stdout.write(`${join(dir, file)}  ${scenario.about ?? scenario.name}\n`)
      const { variants } = scenario.target
      if (variants) stdout.write(`    variants: ${Object.keys(variants.by).map((name) => (name === variants.default ? `${name} (default)` : name)).join(', ')}\n`)
    }
    if (problems.length > 0) throw new UsageError(problems)
    return 0
  },
} satisfies Command
