/**
 * How many timelines hang, by variant and by how much there is to tell: `node experiment.ts [--sets 30] [--variants a,b] [--seed 2006]`.
 * Brings its own PostgreSQL. Every figure is a CGI process of its own that answered, or that was seen asleep in a futex with its CPU time frozen.
 */
import { parseArgs } from 'node:util'
import { buildCgi } from './build.ts'
import { VARIANTS, variantNamed, type Variant } from './drproject/variant.ts'
import { loadRows } from './seed/load.ts'
import { dataSetsOf, rowsOf } from './testing/data-sets.ts'
import { changes, hangs } from './testing/hangs.ts'
import { startPostgres } from './testing/postgres.ts'
import { rankCorrelation } from './testing/rank-correlation.ts'

const WINDOWS = [10, 30, 60, 100, 200, 400]
const PERMUTED = 40

const { values } = parseArgs({ options: { sets: { type: 'string', default: '30' }, seed: { type: 'string', default: '2006' }, variants: { type: 'string', default: VARIANTS.join(',') } } })
const variants = values.variants.split(',').map(variantNamed)
const sets = Number(values.sets)
const seed = Number(values.seed)

await buildCgi()
await using postgres = await startPostgres()
const byWindow = new Map(WINDOWS.map((tickets) => [tickets, dataSetsOf(seed, tickets, sets)]))
const permuted = dataSetsOf(seed + 1, 100, PERMUTED).map((set) => ({ ...set, project: `permuted-${set.project}` }))
await loadRows(postgres.appUrl, rowsOf(seed, [...[...byWindow.values()].flat(), ...permuted]), { replace: false })

console.log(`hung of ${sets} data sets, by tickets in the window (seed ${seed})\n`)
console.log(row('variant', [...WINDOWS.map(String), '  rank correlation']))
const hung = new Map<Variant, readonly (readonly boolean[])[]>()
for (const variant of variants) {
  const cells: (readonly boolean[])[] = []
  for (const dataSets of byWindow.values()) cells.push(await hangs(postgres.appUrl, variant, dataSets))
  hung.set(variant, cells)
  const counts = cells.map((cell) => cell.filter(Boolean).length)
  console.log(row(variant, [...counts.map(String), rankCorrelation(WINDOWS, counts)?.toFixed(2) ?? '-']))
}

const [shipped, collected] = [hung.get('as-shipped'), hung.get('collect-per-provider')]
if (shipped && collected) {
  console.log('\ncollect-per-provider, data set by data set')
  console.log(row('cured', WINDOWS.map((_, i) => `${changes(shipped[i]!, collected[i]!).cured}`)))
  console.log(row('broke', WINDOWS.map((_, i) => `${changes(shipped[i]!, collected[i]!).broke}`)))
  const [before, after] = [await hangs(postgres.appUrl, 'as-shipped', permuted), await hangs(postgres.appUrl, 'collect-per-provider', permuted)]
  const hanging = before.filter(Boolean).length
  const { cured, broke } = changes(before, after)
  console.log(`\nof ${PERMUTED} other data sets of about 100 tickets it cured ${cured} of ${hanging} that hang as shipped, and broke ${broke} of ${PERMUTED - hanging} that do not`)
}

function row(name: string, cells: readonly string[]): string {
  return `${name.padEnd(22)}${cells.map((cell) => cell.padStart(6)).join('')}`
}
