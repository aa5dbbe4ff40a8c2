import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'

/**
 * The raw results of one figure, a line of JSON each, in `results/NAME.ndjson`. What is there already is not measured again, so a script
 * that was interrupted goes on where it was; `--again` begins anew.
 */
export function resultsOf<T extends object>(name: string): Results<T> {
  const file = join(import.meta.dirname, 'results', `${name}.ndjson`)
  if (process.argv.includes('--again')) rmSync(file, { force: true })
  mkdirSync(join(import.meta.dirname, 'results'), { recursive: true })
  const lines = existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n') : []
  const known = new Map(lines.map((line) => JSON.parse(line) as { key: string } & T).map((row) => [row.key, row]))
  const add = (key: string, row: object) => appendFileSync(file, `${JSON.stringify({ key, ...row })}\n`)
  if (lines.length === 0) add('machine', { node: process.version, cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length })
  return {
    measured: async (key, measure) => {
      const before = known.get(key)
      if (before) return before
      const row = await measure()
      add(key, row)
      return row
    },
  }
}

export type Results<T> = {
  /** The row of that key, measured now if it is not known yet. */
  readonly measured: (key: string, measure: () => Promise<T>) => Promise<T>
}
