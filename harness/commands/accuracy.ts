import { cellsOf, keyOf, loads, type Cell } from '../accuracy/cells.ts'
import { loadZoo } from '../accuracy/load-zoo.ts'
import { loadFaults } from '../accuracy/load-faults.ts'
import { judgeAgain } from '../accuracy/judge-again.ts'
import { runCell, type CellResult } from '../accuracy/run-cell.ts'
import { accuracyTable } from '../accuracy/table.ts'
import { exitCodes } from '../exit-codes.ts'
import { appendResult, readResults, resumeResults } from '../results.ts'
import { UsageError } from '../scenario/usage-error.ts'
import { perhaps } from '../thresholds/meant.ts'
import { storeAtomically } from '../timeline/recorder.ts'
import { count, duration } from '../verdict/words.ts'
import { ownVersions } from '../versions.ts'
import { textOf, type Arguments, type Command } from './command.ts'

export default {
  usage: 'accuracy [exhibit ...] [--zoo DIR] [--rates 1e-2,1e-3] [--repeats N] [--clean N] [--jobs N] [--faults] [--raw FILE] [--records DIR [--again]] [--table] [--json]',
  does: 'runs the zoo and prints how often the verdict is right; resumes',
  options: {
    zoo: { type: 'string' },
    rates: { type: 'string' },
    repeats: { type: 'string' },
    clean: { type: 'string' },
    jobs: { type: 'string' },
    faults: { type: 'boolean' },
    raw: { type: 'string' },
    records: { type: 'string' },
    again: { type: 'boolean' },
    table: { type: 'boolean' },
    json: { type: 'boolean' },
  },
  run: async (args, { stdout, stderr, signal }) => {
    const numbers = numbersOf(args)
    const raw = textOf(args, 'raw') ?? 'reports/accuracy/cells.ndjson'
    const records = textOf(args, 'records') ?? null
    const isAgain = args.values.again === true
    if (isAgain && records === null) throw new UsageError(['--again judges kept records: name their folder with --records.'])
    const isAsked = ({ exhibit }: CellResult) => args.positionals.length === 0 || args.positionals.some((name) => isNamed(exhibit, name))
    let results = await readResults(raw, isResult)
    const kept = results.map(({ exhibit }) => exhibit)
    const unknown = kept.length === 0 || !(isAgain || args.values.table === true) ? [] : unknownOf(args, kept)
    if (unknown.length > 0) throw new UsageError([`Of the ${count(kept.length, 'run')} in ${raw} none is of ${unknown.join(' or ')}.${unknown.map((name) => perhaps(name, kept)).join('')}`])
    let damaged = 0
    const { git = 'unknown' } = await ownVersions()
    if (isAgain && records !== null) {
      ;({ results, damaged } = await judgeAllAgain(results, isAsked, { raw, records, git, signal, say: (line) => stderr.write(line) }))
      storeAtomically(raw, results.map((result) => `${JSON.stringify(result)}\n`).join(''))
    } else if (args.values.table === true) {
      if (kept.length === 0) throw new UsageError([`No results in ${raw} yet: lowtide accuracy without --table makes them.`])
    } else {
      const left = (await cellsAsked(args, numbers)).filter((cell) => !results.some(({ key }) => key === keyOf(cell)))
      results = await resumeResults(raw, isResult)
      await inTurns(left, numbers.jobs, signal, async (cell, told) => {
        const result = await runCell(cell, { reports: 'reports', records, git, signal })
        await appendResult(raw, result)
        results = [...results, result]
        stderr.write(`${told}  ${result.key}: ${result.outcome === 'judged' ? `${result.verdict} (${result.expected.verdict} expected), ${result.wallS} s` : result.error}\n`)
      })
    }
    const shown = results.filter(isAsked)
    if (args.values.json === true) stdout.write(`${JSON.stringify(shown)}\n`)
    else stdout.write(`${accuracyTable(shown)}\n`)
    if (signal.aborted) return exitCodes.interrupted
    return damaged > 0 ? exitCodes.couldNotRun : 0
  },
} satisfies Command

type Numbers = { readonly rates: readonly number[]; readonly repeats: number; readonly clean: number; readonly jobs: number }

async function cellsAsked(args: Arguments, numbers: Numbers): Promise<readonly Cell[]> {
  const zoo = await loadZoo(textOf(args, 'zoo') ?? 'app-under-test/zoo/exhibits')
  const ids = zoo.map(({ id }) => id)
  const unknown = unknownOf(args, ids)
  if (unknown.length > 0) throw new UsageError(unknown.map((name) => `No exhibit "${name}". There are ${ids.join(', ')}.${perhaps(name, ids)}`))
  const asked = zoo.filter(({ id }) => args.positionals.length === 0 || args.positionals.some((name) => isNamed(id, name)))
  return cellsOf(asked, await faultsOf(args), numbers)
}

type JudgingAgain = { readonly raw: string; readonly records: string; readonly git: string; readonly signal: AbortSignal; readonly say: (line: string) => void }

/** Those that were asked for and whose record was kept; each that comes out otherwise is told, and so is each whose record is damaged: it stays as it was. Fails where there is no record. */
async function judgeAllAgain(results: readonly CellResult[], isAsked: (result: CellResult) => boolean, { raw, signal, say, ...judge }: JudgingAgain): Promise<{ readonly results: readonly CellResult[]; readonly damaged: number }> {
  const judged: CellResult[] = []
  let damaged = 0
  for (const [nth, before] of results.entries()) {
    signal.throwIfAborted()
    const tell = (what: string) => say(`${nth + 1} of ${results.length}  ${before.key}: ${what}\n`)
    const after = isAsked(before) ? await judgeAgain(before, judge).catch(messageOf) : before
    if (typeof after === 'string') {
      damaged += 1
      tell(`its record cannot be judged, and its result stays as it was: ${after}`)
    } else if (after.outcome === 'judged' && before.outcome === 'judged' && after.verdict !== before.verdict) tell(`${after.verdict}, was ${before.verdict} (${after.expected.verdict} expected)`)
    judged.push(typeof after === 'string' ? before : after)
  }
  const [asked, again] = [results.filter(isAsked).length, judged.filter((after, nth) => after !== results[nth]).length]
  if (again + damaged === 0) throw new UsageError([`Of ${count(asked, 'run')} that ${asked === 1 ? 'was' : 'were'} asked for in ${raw} none has its record in ${judge.records}.`])
  say(`${again} of ${count(asked, 'run')} judged again by ${judge.git}${damaged > 0 ? `, ${count(damaged, 'record')} cannot be judged` : ''}\n`)
  return { results: judged, damaged }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** They are asked for with exhibits of one's own choice; the whole table has them. */
const faultsOf = async ({ positionals, values }: Arguments) => (values.faults === true || positionals.length === 0 ? loadFaults() : [])

const unknownOf = ({ positionals }: Arguments, ids: readonly string[]): readonly string[] => positionals.filter((name) => !ids.some((id) => isNamed(id, name)))

/** `L01` names it in every stack. */
const isNamed = (id: string, name: string): boolean => id === name || id.startsWith(`${name}-`)

const isResult = ({ key, git, exhibit, outcome }: Partial<CellResult>): boolean => [key, git, exhibit, outcome].every((one) => typeof one === 'string')

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

function numbersOf(args: Arguments): Numbers {
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
