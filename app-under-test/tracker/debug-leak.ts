/**
 * The experiment of the report of 2006, on a PostgreSQL of its own: `node debug-leak.ts [--variant as-shipped]`.
 *
 *     gc.set_debug(gc.DEBUG_LEAK)
 *     env = Environment('/tmp/drproject')
 *     for obj in Project.select(env, 'All'): print str(obj)
 */
import { parseArgs } from 'node:util'
import { Project } from './drproject/model.ts'
import { openTracker } from './drproject/tracker.ts'
import { loadRows } from './seed/load.ts'
import { PRESETS } from './seed/presets.ts'
import { startPostgres } from './testing/postgres.ts'

const { values } = parseArgs({ options: { variant: { type: 'string', default: 'as-shipped' } } })

await using postgres = await startPostgres()
await loadRows(postgres.appUrl, PRESETS.course!.rows(2006), { replace: false })

const env = openTracker({ DATABASE_URL: postgres.appUrl, TRACKER_VARIANT: values.variant })
env.heap.setDebugLeak(console.log)
{
  using projects = await Project.select(env, 'All')
  for (const { name } of projects) console.log(`<Project name='${name}'>`)
}
// What the interpreter does when a program ends.
env.heap.collect()
console.log(`\n${env.heap.garbage().length} objects in gc.garbage; wrappers of a connection that nobody has returned: ${env.pool.wrappersOf('MainThread')}`)

env.heap.setDebugLeak(null)
env.heap.forgetGarbage()
env.heap.collect()
console.log(`gc.set_debug(0); del gc.garbage[:]; gc.collect()
${env.heap.garbage().length} objects in gc.garbage; wrappers of a connection that nobody has returned: ${env.pool.wrappersOf('MainThread')}

A collection found them all, so nothing refers to them but they themselves: none is kept alive by anything. "Uncollectable" is what the mode makes
of two of them. DEBUG_LEAK includes DEBUG_SAVEALL, which puts whatever is found into gc.garbage instead of taking it apart. A PooledConnection has
a finaliser, and nothing with a finaliser, or that one leads to (its __dict__), is taken apart by a collection. It need not be: it only hangs from
the cycle, and loses its last reference when the cycle is freed; its finaliser then returns the connection. Saved, the cycle still holds it.
So the report's last lines are true of every PooledConnection that select has used, in a tracker that hangs and in one that does not.

The numbers behind the kinds are addresses in the modelled memory, where the next object goes to whichever place was left last.`)
await env.close()
