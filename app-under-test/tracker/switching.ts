/**
 * The experiment of the report of 2006, and the same one over many data sets: `node switching.ts [--switches 4] [--sets 40] [--seed 2006]`.
 *
 * "I inserted a manual gc.collect() call into the timeline code. I verified that with the manual cleanup, the timeline would process
 * normally, and that without the cleanup, it would continue to hang (I switched between these two multiple times, so as to rule out an
 * accidental solution ;))"
 *
 * Brings its own PostgreSQL. Each outcome is a CGI process of its own, that answered or was seen asleep in a futex with its CPU time frozen.
 */
import { parseArgs } from 'node:util'
import { buildCgi } from './build.ts'
import { loadRows } from './seed/load.ts'
import { dataSetsOf, rowsOf } from './testing/data-sets.ts'
import { changes, hangs, timelineOf } from './testing/hangs.ts'
import { startPostgres } from './testing/postgres.ts'

const TICKETS = 30

const { values } = parseArgs({ options: { switches: { type: 'string', default: '4' }, sets: { type: 'string', default: '40' }, seed: { type: 'string', default: '2006' } } })
const dataSets = dataSetsOf(Number(values.seed), TICKETS, Number(values.sets))

await buildCgi()
await using postgres = await startPostgres()
await loadRows(postgres.appUrl, rowsOf(Number(values.seed), dataSets), { replace: false })

const shipped = await hangs(postgres.appUrl, 'as-shipped', dataSets)
const collected = await hangs(postgres.appUrl, 'collect-per-provider', dataSets)

const reported = dataSets.find((_, i) => shipped[i] && !collected[i])
if (reported) {
  console.log(`One URL, ${timelineOf(reported.project)}\n`)
  for (let left = Number(values.switches); left > 0; left--) {
    for (const variant of ['as-shipped', 'collect-per-provider'] as const) {
      const [hung] = await hangs(postgres.appUrl, variant, [reported])
      console.log(`  ${(variant === 'as-shipped' ? 'as shipped' : 'with gc.collect()').padEnd(20)}${hung ? 'hangs' : 'answers'}`)
    }
  }
}

const count = (outcomes: readonly boolean[]) => outcomes.filter(Boolean).length
const drawn = (outcomes: readonly boolean[]) => outcomes.map((hung) => (hung ? 'H' : '.')).join('')
const { cured, broke } = changes(shipped, collected)
console.log(`
${dataSets.length} URLs, each with data of its own (about ${TICKETS} tickets); H hangs

  as shipped          ${drawn(shipped)}  ${count(shipped)}
  with gc.collect()   ${drawn(collected)}  ${count(collected)}

gc.collect() cured ${cured} of the ${count(shipped)} that hang, and broke ${broke} of the ${dataSets.length - count(shipped)} that do not.`)
