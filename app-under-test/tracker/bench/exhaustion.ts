/**
 * The end of the report's story: `node bench/exhaustion.ts [--max-connections 40] [--requests 42] [--front-end gateway.ts]`. One URL that hangs as shipped is
 * asked again and again until no connection is left. Then some of the hung scripts are killed: the tracker answers, and the others are still there.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { buildCgi } from '../build.ts'
import { loadRows } from '../seed/load.ts'
import { DATA_SETS_NOW, dataSetsOf, rowsOf } from '../testing/data-sets.ts'
import { startFrontEnd, type FrontEnd } from '../testing/front-end.ts'
import { hangs, timelineOf } from '../testing/hangs.ts'
import { startPostgres, type Postgres } from '../testing/postgres.ts'
import { lookAt } from '../testing/script.ts'

const CLIENTS = 6
const PATIENCE_MS = 5_000
const KILLED = 5

const { values } = parseArgs({ options: { 'max-connections': { type: 'string', default: '40' }, requests: { type: 'string', default: '42' }, 'front-end': { type: 'string', default: 'gateway.ts' } } })
const maxConnections = Number(values['max-connections'])

await buildCgi()
await using postgres = await startPostgres({ maxConnections })
const dataSets = dataSetsOf(2006, 30, 12)
await loadRows(postgres.appUrl, rowsOf(2006, dataSets), { replace: false })
const hung = await hangs(postgres.appUrl, 'as-shipped', dataSets)
const path = timelineOf(dataSets[hung.indexOf(true)]!.project)
await using frontEnd = await startFrontEnd(values['front-end'], { DATABASE_URL: postgres.appUrl, TRACKER_NOW: DATA_SETS_NOW, TRACKER_VARIANT: 'as-shipped' })
using _ended = { [Symbol.dispose]: () => hungScripts(frontEnd).forEach((pid) => process.kill(pid, 'SIGKILL')) }

console.log(`${values.requests} requests for ${path}, ${CLIENTS} at a time; who is not answered leaves after ${PATIENCE_MS / 1000} s. max_connections is ${maxConnections}.\n`)
const answers: string[] = []
let toAsk = Number(values.requests)
await Promise.all(Array.from({ length: CLIENTS }, async () => {
  while (toAsk-- > 0) answers.push(await answerTo(frontEnd, path))
}))

for (const [answer, times] of counted(answers)) console.log(`${String(times).padStart(4)}  ${answer}`)
for (const [line, times] of counted(frontEnd.log().split('\n').flatMap((line) => /error: \S+ (\d{5} .*?)(?:: \/.*)?$/.exec(line)?.[1] ?? []))) console.log(`${String(times).padStart(4)}  times in the log: ${line}`)
console.log(`      ${await residue(postgres, frontEnd)}`)
console.log(`\nThe wiki now: ${await answerTo(frontEnd, path.replace(/timeline.*/, 'wiki/WikiStart'))}`)

for (const pid of hungScripts(frontEnd).slice(0, KILLED)) process.kill(pid, 'SIGKILL')
console.log(`\n${KILLED} of the hung scripts are killed.`)
// Their sessions end when PostgreSQL reads the end of the connection.
await sleep(2_000)
console.log(`The wiki now: ${await answerTo(frontEnd, path.replace(/timeline.*/, 'wiki/WikiStart'))}`)
console.log(`      ${await residue(postgres, frontEnd)}`)

async function answerTo({ url }: FrontEnd, address: string): Promise<string> {
  try {
    const response = await fetch(url + address, { signal: AbortSignal.timeout(PATIENCE_MS) })
    const words = /<p class="problem">(.*?)<\/p>/.exec(await response.text())?.[1]
    return `answered ${response.status}${words ? `, "${words}"` : ''}`
  } catch {
    return 'not answered'
  }
}

function hungScripts(of: FrontEnd): number[] {
  const pids = [...of.log().matchAll(/\[(\d+)\] timeline: ticket(?:: .*)?$/gm)].map((match) => Number(match[1]))
  return pids.filter((pid) => lookAt(pid)?.wchan.startsWith('futex'))
}

async function residue({ admin }: Postgres, of: FrontEnd): Promise<string> {
  const { rows } = await admin.query<{ sessions: number; oldest: number }>("SELECT count(*)::int AS sessions, coalesce(extract(epoch FROM max(now() - xact_start)), 0)::int AS oldest FROM pg_stat_activity WHERE application_name = 'drproject' AND state = 'idle in transaction'")
  const { rows: settings } = await admin.query<{ reserved: string }>("SELECT current_setting('superuser_reserved_connections') AS reserved")
  return `${rows[0]!.sessions} sessions idle in transaction, the oldest for ${rows[0]!.oldest} s; ${hungScripts(of).length} scripts asleep in a futex; ${settings[0]!.reserved} slots are kept for superusers, 1 is this script's own`
}

function counted(lines: readonly string[]): readonly (readonly [string, number])[] {
  const groups = Map.groupBy(lines, (line) => line)
  return [...groups].map(([line, same]) => [line, same.length] as const).sort((a, b) => b[1] - a[1])
}
