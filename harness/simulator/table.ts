import { clopperPearson, type Interval } from '../verdict/statistics/intervals.ts'
import { sequentialTest, usualDesign } from '../verdict/statistics/sequential.ts'
import { thousands } from '../verdict/words.ts'
import { countedAs } from './curve.ts'
import { groups } from './curves.ts'
import { added, type Row } from './experiment.ts'
import { experiments } from './experiments.ts'
import { type Covered, exactCoverage } from './statistics.ts'

type Sum = ReturnType<typeof added> & { readonly cell: string }

/** The table of the raw results: one block of lines for each experiment. */
export function tableOf(rows: readonly Row[]): readonly string[] {
  const byCell = Map.groupBy(rows, ({ experiment, cell }) => `${experiment} ${cell}`)
  // In the order of the experiment, whichever thread finished first.
  const of = (name: string): readonly Sum[] => (experiments.find((one) => one.name === name)?.cells ?? []).flatMap(({ cell }) => (byCell.has(`${name} ${cell}`) ? [{ cell, ...added(byCell.get(`${name} ${cell}`) ?? []) }] : []))
  return [...cleanTable(of('clean')), ...blindTable(of('blind')), ...recallTable(of('recall')), ...sequentialTable(of('sequential')), ...coverageTable(of('coverage')), ...curvesTable(of('curves'))]
}

function cleanTable(cells: readonly Sum[]): readonly string[] {
  const line = ({ cell, trials, counts }: Sum): Line => row(cell, [thousands(trials), share(counts['leak'] ?? 0, trials), share(counts['inconclusive'] ?? 0, trials)])
  return block('Healthy applications', ['timelines', 'false alarms (95 %)', 'inconclusive (95 %)'], [...cells.map(line), line({ cell: 'all', ...whole(cells) })])
}

function blindTable(cells: readonly Sum[]): readonly string[] {
  const line = ({ cell, trials, counts }: Sum): Line => row(cell, [thousands(trials), share(counts['inconclusive'] ?? 0, trials), share(counts['leak'] ?? 0, trials)])
  return block('Runs that nobody can judge', ['timelines', 'inconclusive (95 %)', 'false alarms (95 %)'], [...cells.map(line), line({ cell: 'all', ...whole(cells) })])
}

function recallTable(cells: readonly Sum[]): readonly string[] {
  const line = ({ cell, trials, counts }: Sum): Line => {
    const n = (name: string): number => counts[name] ?? 0
    const leaked = trials - n('nothing was left')
    const covered = n('rate covered') + n('rate missed')
    return row(cell, [thousands(leaked), share(n('leak'), leaked), percent(n('inconclusive'), leaked), percent(n('pass') - n('told'), leaked), percent(n('told'), leaked), percent(n('heal told'), n('leak')), covered === 0 ? '' : percent(n('rate covered'), covered)])
  }
  const why = 'a session, process, descriptor, thread or temporary table that no rule of its own names is accused by growth in cycle after cycle alone, and told as unsettled before that; `warned` are passes that say so'
  return block(`Leaking applications; ${why}`, ['timelines', 'recall (95 %)', 'inconcl.', 'missed', 'warned', 'heal', 'rate covered'], [...cells.map(line), line({ cell: 'all', ...whole(cells) })])
}

function sequentialTable(cells: readonly Sum[]): readonly string[] {
  const line = ({ cell, trials, counts }: Sum): Line => row(`true rate ${cell}`, [thousands(trials), share(counts['reject'] ?? 0, trials), share(counts['accept'] ?? 0, trials), `${((counts['thousands of requests'] ?? 0) / trials).toFixed(1)} k`])
  const { alpha, beta, clean, leaking } = usualDesign
  return block(`Sequential test: at ${clean} called leaking at most ${100 * alpha} %, at ${leaking} called clean at most ${100 * beta} %; a clean run needs ${thousands(sequentialTest(0, 0).toAccept)} requests`, ['runs', 'leaking (95 %)', 'clean (95 %)', 'mean length'], cells.map(line))
}

function coverageTable(cells: readonly Sum[]): readonly string[] {
  if (cells.length === 0) return []
  const exact = cells.map(({ cell, trials }) => ({ trials, ...exactCoverage(Number(cell)) }))
  const all = exact.reduce((sum, { trials }) => sum + trials, 0)
  const mean = (of: (one: Covered) => number): number => exact.reduce((sum, one) => sum + one.trials * of(one), 0) / all
  const line = ({ cell, trials, counts }: Sum, { garwood, midP }: Covered): Line =>
    row(cell === 'all' ? cell : `means around ${cell}`, [thousands(trials), share(counts['garwood'] ?? 0, trials), percent(garwood, 1), share(counts['mid-P'] ?? 0, trials), percent(midP, 1)])
  const overall = { garwood: mean(({ garwood }) => garwood), midP: mean(({ midP }) => midP) }
  const why = 'a count of 0 is never a miss at means up to 3, so that of the two tails of 2.5 % one is empty there: no interval of equal tails comes nearer to 95 %'
  return block(`Coverage of intervals at 95 %, and the exact one as a sum over all counts; ${why}`, ['counts', 'Garwood (95 %)', 'exact', 'mid-P (95 %)', 'exact'], [...cells.map((one, i) => line(one, exact[i] ?? overall)), line({ cell: 'all', ...whole(cells) }, overall)])
}

/** A block for each threshold, its values side by side; the one in brackets is in use. */
function curvesTable(cells: readonly Sum[]): readonly string[] {
  return groups.flatMap(({ name, curves, cells: own }) => {
    const sums = cells.flatMap((sum) => own.flatMap(({ cell }) => (sum.cell === `${name} | ${cell}` ? [{ ...sum, cell }] : [])))
    return curves.flatMap((curve) => block(sentence(curve.name), curve.values.map((value) => (value === curve.inUse ? `[${value}]` : String(value))), sums.map(({ cell, trials, counts }) => row(cell, curve.values.map((value) => percent(counts[countedAs(curve, value)] ?? 0, trials))))))
  })
}

const sentence = (name: string): string => name.slice(0, 1).toUpperCase() + name.slice(1)

const whole = (cells: readonly Sum[]): ReturnType<typeof added> => added(cells)

/** `0 % (0 to 0.074)` */
function share(n: number, trials: number): string {
  if (trials === 0) return 'none'
  const { lower, upper }: Interval = clopperPearson(n, trials)
  return `${percent(n, trials)} (${digits(100 * lower)} to ${digits(100 * upper)})`
}

const percent = (n: number, trials: number): string => (trials === 0 ? '' : `${digits((100 * n) / trials)} %`)

/** Never rounded to 0 or 100. */
const digits = (value: number): string => {
  if (value === 0 || value === 100) return String(value)
  return value > 99.9 ? value.toPrecision(6).replace(/0+$/, '') : value.toPrecision(3)
}

type Line = readonly [cell: string, ...columns: string[]]

const row = (cell: string, columns: readonly string[]): Line => [cell, ...columns]

/** Pads each column to its widest text. */
function block(title: string, head: readonly string[], lines: readonly Line[]): readonly string[] {
  if (lines.length === 0) return []
  const all: readonly Line[] = [row('', head), ...lines]
  const widths = head.map((_, i) => Math.max(...all.map((line) => (line[i + 1] ?? '').length)))
  const name = Math.max(...all.map(([cell]) => cell.length))
  return [title, ...all.map(([cell, ...columns]) => `  ${cell.padEnd(name)}${columns.map((text, i) => text.padStart((widths[i] ?? 0) + 3)).join('')}`.trimEnd()), '']
}
