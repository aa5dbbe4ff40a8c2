import { appendFile, mkdir, readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { cellsOf, keyOf, loads, type Cell } from '../accuracy/cells.ts'
import { loadZoo } from '../accuracy/load-zoo.ts'
import { loadFaults } from '../accuracy/load-faults.ts'
import { runCell, type CellResult } from '../accuracy/run-cell.ts'
import { accuracyTable } from '../accuracy/table.ts'
import { UsageError } from '../scenario/usage-error.ts'
import { duration } from '../verdict/words.ts'
import { ownVersions } from '../versions.ts'
import { textOf, type Arguments, type Command } from './command.ts'

export default {
  usage: 'accuracy [exhibit ...] [--zoo DIR] [--rates 1e-2,1e-3] [--repeats N] [--clean N] [--jobs N] [--faults] [--raw FILE] [--table] [--json]',
  does: 'runs the zoo and prints how often the verdict is right; resumes',
  options: {
    zoo: { type: 'string' },
    rates: { type: 'string' },
    repeats: { type: 'string' },
    clean: { type: 'string' },
    jobs: { type: 'string' },
    faults: { type: 'boolean' },
    raw: { type: 'string' },
    table: { type: 'boolean' },
    json: { type: 'boolean' },
  },
  run: async (args, { stdout, stderr, signal }) => {
    const { rates, repeats, clean, jobs } = numbersOf(args)
    const raw = textOf(args, 'raw') ?? 'reports/accuracy/cells.ndjson'
    const results = await read(raw)
    if (args.values.table !== true) {
      const zoo = await loadZoo(textOf(args, 'zoo') ?? 'app-under-test/zoo/exhibits')
      const unknown = args.positionals.filter((id) => !zoo.some((exhibit) => isNamed(exhibit.id, id)))
      if (unknown.length > 0) throw new UsageError(unknown.map((id) => `No exhibit "${id}". There are ${zoo.map((exhibit) => exhibit.id).join(', ')}.`))
      const asked = zoo.filter(({ id }) => args.positionals.length === 0 || args.positionals.some((name) => isNamed(id, name)))
      const done = new Set(results.map(({ key }) => key))
      const left = cellsOf(asked, await faultsOf(args), { rates, repeats, clean }).filter((cell) => !done.has(keyOf(cell)))
      await mkdir(dirname(raw), { recursive: true })
      const { git = 'unknown' } = await ownVersions()
      await inTurns(left, jobs, signal, async (cell, told) => {
        const result = await runCell(cell, { reports: 'reports', git, signal })
        await appendFile(raw, `${JSON.stringify(result)}\n`)
        results.push(result)
        stderr.write(`${told}  ${result.key}: ${result.outcome === 'judged' ? `${result.verdict} (${result.expected.verdict} expected), ${result.wallS} s` : result.error}\n`)
      })
    }
    const shown = results.filter(({ exhibit }) => args.positionals.length === 0 || args.positionals.some((name) => isNamed(exhibit, name)))
    if (args.values.json === true) stdout.write(`${JSON.stringify(shown)}\n`)
    else stdout.write(`${accuracyTable(shown)}\n`)
    return signal.aborted ? 130 : 0
  },
} satisfies Command

/** They are asked for with exhibits of one's own choice; the whole table has them. */
const faultsOf = async ({ positionals, values }: Arguments) => (values.faults === true || positionals.length === 0 ? loadFaults() : [])

/** `L01` names it in every stack. */
const isNamed = (id: string, name: string): boolean => id === name || id.startsWith(`${name}-`)

async function read(raw: string): Promise<CellResult[]> {
  const text = await readFile(raw, 'utf8').catch(() => '')
  return text.split('\n').filter(Boolean).map((line) => JSON.parse(line) as CellResult)
}

/** So many at once; each tells how far all of them are and how long the rest will take. */
async function inTurns(cells: readonly Cell[], jobs: number, signal: AbortSignal, work: (cell: Cell, told: string) => Promise<void>): Promise<void> {
  const beganMs = performance.now()
  let begun = 0
  let done = 0
  const worker = async () => {
    for (let cell = cells[begun++]; cell !== undefined && !signal.aborted; cell = cells[begun++]) {
      const perCellMs = done === 0 ? null : (performance.now() - beganMs) / done
      const eta = perCellMs === null ? '' : `, ${duration(perCellMs * (cells.length - done))} to go`
      await work(cell, `${done + 1} of ${cells.length}${eta}`).catch((error: unknown) => {
        if (!signal.aborted) throw error
      })
      done += 1
    }
  }
  await Promise.all(Array.from({ length: jobs }, worker))
}

function numbersOf(args: Arguments): { rates: readonly number[]; repeats: number; clean: number; jobs: number } {
  const problems: string[] = []
  const whole = (name: string, usual: number) => {
    const text = textOf(args, name)
    if (text !== undefined && !/^\d{1,6}$/.test(text)) problems.push(`Expected --${name} to be a whole number, got "${text}".`)
    return text === undefined ? usual : Number(text)
  }
  const rates = (textOf(args, 'rates') ?? '1e-2').split(',').map(Number)
  const known = loads.map(({ rate }) => rate)
  for (const rate of rates) if (!known.includes(rate)) problems.push(`Expected --rates to be of ${known.join(', ')}, got "${rate}".`)
  const numbers = { rates, repeats: whole('repeats', 3), clean: whole('clean', 3), jobs: Math.max(1, whole('jobs', 1)) }
  if (problems.length > 0) throw new UsageError(problems)
  return numbers
}
