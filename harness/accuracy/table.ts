import { clopperPearson } from '../verdict/statistics/intervals.ts'
import { healClasses } from '../verdict/heal.ts'
import { inOrder, thousands } from '../verdict/words.ts'
import type { CellResult } from './run-cell.ts'

type Judged = Extract<CellResult, { outcome: 'judged' }>

/** How often the verdict was right, over all that was run: every share with its trials and its exact interval. */
export function accuracyTable(results: readonly CellResult[]): string {
  const judged = results.filter((result): result is Judged => result.outcome === 'judged')
  const failed = results.filter((result) => result.outcome === 'failed')
  const leaky = judged.filter(({ expected }) => expected.verdict === 'leak')
  const clean = judged.filter(({ expected }) => expected.verdict === 'pass')
  const faulty = judged.filter(({ expected }) => expected.verdict === 'inconclusive')
  const ran = revisions(results.map(({ git }) => git))
  const judgedBy = revisions(judged.map(({ git, judgedBy }) => judgedBy ?? git))
  return [
    `${thousands(results.length)} runs of ${new Set(results.map(({ exhibit }) => exhibit)).size} exhibits, ${hours(results)} of running${failed.length > 0 ? `; ${failed.length} could not be made` : ''}`,
    `revisions that ran them: ${ran}; that judged them: ${judgedBy}${`${ran}${judgedBy}`.includes('+') ? '; + had uncommitted changes' : ''}`,
    '',
    ...recallByRate(leaky),
    share('false alarms, of the clean runs', clean.filter(isLeak), clean),
    share('inconclusive, of the runs that were to be decided', [...leaky, ...clean].filter(isUndecided), [...leaky, ...clean]),
    share('inconclusive, of the runs with a fault of the harness', faulty.filter(isUndecided), faulty),
    ...spreads(leaky),
    ...coverage(leaky.filter(isLeak)),
    '',
    ...confusion('what heals it: declared, then as judged', leaky.filter(isLeak), ({ expected }) => (expected.verdict === 'leak' ? expected.heal : ''), ({ heal }) => heal, healClasses),
    '',
    ...confusion('the route that owns it: declared, then as judged', leaky.filter((one) => isLeak(one) && one.expected.verdict === 'leak' && one.expected.route !== null), () => 'the trigger', (one) =>
      one.expected.verdict !== 'leak' || one.expected.route === null ? '' : one.route === one.expected.route ? 'the trigger' : one.route !== null ? 'another' : one.among.includes(one.expected.route) ? 'one of several' : 'none named'),
    '',
    ...naive(leaky, clean),
    '',
    ...exhibits(judged),
    ...failed.map(({ key, ...one }) => `failed: ${key}: ${'error' in one ? one.error : ''}`),
  ].join('\n')
}

/** `ce27262 (95), 4485a7a+ (14)`: a plus where a commit had uncommitted changes. */
const revisions = (of: readonly string[]): string => [...Map.groupBy(of, (git) => git.replace(/ .*/, '+'))].map(([revision, { length }]) => `${revision} (${length})`).join(', ')

const isLeak = ({ verdict }: Judged): boolean => verdict === 'leak'
const isUndecided = ({ verdict }: Judged): boolean => verdict === 'inconclusive'

/** Found to leak, and for a reason that was declared. */
const isFound = (one: Judged): boolean => isLeak(one) && one.expected.verdict === 'leak' && one.expected.by.some((name) => one.by.includes(name))

function recallByRate(leaky: readonly Judged[]): readonly string[] {
  const byLoad = Map.groupBy(leaky, ({ rate, requests }) => (rate === null ? `leaks without a trigger` : `leaks at ${perThousand(rate)} per 1,000, ${requests.toLocaleString('en')} requests`))
  return [...byLoad].sort(([a], [b]) => inOrder(a, b)).map(([load, of]) => share(`found, ${load}`, of.filter(isFound), of))
}

const perThousand = (rate: number): string => String(Number((rate * 1000).toPrecision(3)))

function share(of: string, some: readonly unknown[], all: readonly unknown[]): string {
  if (all.length === 0) return `${of.padEnd(60)} none were run`
  const { lower, upper } = clopperPearson(some.length, all.length)
  return `${of.padEnd(60)} ${`${thousands(some.length)} of ${thousands(all.length)}`.padStart(11)}  ${percent(some.length / all.length).padStart(7)}  (95 %: ${percent(lower)} to ${percent(upper)})`
}

const percent = (value: number): string => `${(100 * value).toFixed(1)} %`

function spreads(leaky: readonly Judged[]): readonly string[] {
  const found = leaky.flatMap(({ detection }) => detection ?? [])
  if (found.length === 0) return []
  const inDigits = (value: number, digits: number) => value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits })
  const line = (what: string, values: readonly number[], digits: number) => `${what.padEnd(60)} median ${inDigits(quantile(values, 0.5), digits)}, 95th percentile ${inDigits(quantile(values, 0.95), digits)} (n = ${values.length})`
  return [line('requests until a leak was certain', found.map(({ afterRequests }) => afterRequests), 0), line('seconds until a leak was certain', found.map(({ afterS }) => afterS), 1)]
}

/** How often the true rate lies in the interval that was told. The share of triggers is the true rate where each leaves one thing behind. */
function coverage(found: readonly Judged[]): readonly string[] {
  const told = found.flatMap(({ expected, rate, perRequest }) => (expected.verdict === 'leak' && expected.capped !== true && rate !== null && perRequest !== null ? [{ rate, ...perRequest }] : []))
  return told.length === 0 ? [] : [share('the true rate lies in the interval that was told', told.filter(({ rate, lower, upper }) => lower <= rate && rate <= upper), told)]
}

function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? Number.NaN
}

/** Rows: as declared. Columns: as judged. What is declared has a column as well, so that what was judged as declared stands on the diagonal. */
function confusion(title: string, of: readonly Judged[], declared: (one: Judged) => string, asJudged: (one: Judged) => string, order: readonly string[] = []): readonly string[] {
  if (of.length === 0) return []
  const byOrder = (a: string, b: string): number => order.indexOf(a) - order.indexOf(b) || inOrder(a, b)
  const columns = [...new Set(of.flatMap((one) => [declared(one), asJudged(one)]))].sort(byOrder)
  const rows = [...Map.groupBy(of, declared)].sort(([a], [b]) => byOrder(a, b))
  const width = Math.max(12, ...columns.map(({ length }) => length)) + 2
  return [title, `  ${''.padEnd(16)}${columns.map((column) => column.padStart(width)).join('')}`, ...rows.map(([row, ones]) => `  ${row.padEnd(16)}${columns.map((column) => String(ones.filter((one) => asJudged(one) === column).length).padStart(width)).join('')}`)]
}

function naive(leaky: readonly Judged[], clean: readonly Judged[]): readonly string[] {
  const names = [...new Set([...leaky, ...clean].flatMap((one) => Object.keys(one.naive)))].sort(inOrder)
  const row = (name: string, says: (one: Judged) => boolean) => `  ${name.padEnd(26)}${of(leaky.filter(says), leaky).padStart(20)}${of(clean.filter(says), clean).padStart(20)}`
  const of = (some: readonly unknown[], all: readonly unknown[]) => (all.length === 0 ? '-' : `${some.length} of ${all.length}, ${percent(some.length / all.length)}`)
  return ['on the same records'.padEnd(28) + 'leaks found'.padStart(20) + 'false alarms'.padStart(20), row('Lowtide', isLeak), ...names.map((name) => row(name, (one) => one.naive[name] === true))]
}

function exhibits(judged: readonly Judged[]): readonly string[] {
  const rows = [...Map.groupBy(judged, ({ exhibit, title, stack, variant, mended, fault }) => `${exhibit.padEnd(11)} ${fault === null ? title : `with ${fault}`} (${stack}${mended ? `, ${variant}` : ''})`)].sort(([a], [b]) => inOrder(a, b))
  const widest = Math.max(0, ...rows.map(([name]) => name.length))
  return ['exhibit by exhibit: as declared, of all runs', ...rows.map(([name, ones]) => `  ${name.padEnd(widest)} ${`${ones.filter(isAsDeclared).length} of ${ones.length}`.padStart(8)}  ${inWords(ones)}`)]
}

const isAsDeclared = (one: Judged): boolean => (one.expected.verdict === 'leak' ? isFound(one) : one.verdict === one.expected.verdict)

const inWords = (ones: readonly Judged[]): string =>
  [...Map.groupBy(ones, ({ verdict }) => verdict)].sort(([a], [b]) => inOrder(a, b)).map(([verdict, { length }]) => `${length} ${verdict}`).join(', ')

const hours = (results: readonly CellResult[]): string => `${(results.reduce((sum, { wallS }) => sum + wallS, 0) / 3600).toFixed(1)} h`
