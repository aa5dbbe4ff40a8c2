/**
 * What a timeline costs on a long-lived worker, beside a bare loop over pg that issues the same statements, and over two decades of events:
 * `node bench/timeline-cost.ts [--again] [--presets course] [--pairs 15]`. Brings its own PostgreSQL. The two take turns; CPU is of this process alone, rendering included.
 */
import { parseArgs } from 'node:util'
import pg from 'pg'
import type { Value } from '../drproject/db/connection.ts'
import type { Environment } from '../drproject/environment.ts'
import { openTracker } from '../drproject/tracker.ts'
import { dispatch } from '../drproject/web/dispatcher.ts'
import { requestOf } from '../front/rfc3875.ts'
import { loadRows } from '../seed/load.ts'
import { PRESETS } from '../seed/presets.ts'
import { startPostgres } from '../testing/postgres.ts'
import { resultsOf } from './results.ts'
import { median, percentile, table } from './statistics.ts'

const DAYS = [30, 90, 365]
const DECADES = { preset: 'django', days: [2, 10, 30, 100, 365, 999] }
const WARM_STATEMENTS = 20_000
const names = new Map<string, string>()

type Statement = { readonly text: string; readonly values: readonly Value[] }
type Cost = { readonly cpuMs: number; readonly wallMs: number }
type Row = { readonly events: number; readonly statements: number; readonly rows: number; readonly app: readonly Cost[]; readonly loop: readonly Cost[] }

const { values } = parseArgs({ options: { again: { type: 'boolean' }, presets: { type: 'string', default: ['course', 'edgewall', 'django'].filter((name) => name in PRESETS).join(',') }, pairs: { type: 'string', default: '15' } } })
const results = resultsOf<Row>('timeline-cost')
const presets = values.presets.split(',')

const shown: (string | number)[][] = [['preset, days', 'events', 'rows', 'statements', 'p50 ms', 'p99 ms', 'CPU ms', 'ms an event', 'loop CPU ms', 'app / loop']]
for (const [name, days, row] of await measured(presets.map((name) => [name, DAYS]), Number(values.pairs))) shown.push([`${name}, ${days}`, row.events, row.rows, row.statements, ...figures(row)])
console.log(table(shown))

if (presets.includes(DECADES.preset)) {
  const windows = (await measured([[DECADES.preset, DECADES.days]], 7)).map(([, days, { events, statements, app }]) => {
    const cpuMs = median(app.map((cost) => cost.cpuMs))
    return { days, events, statements, cpuMs, msAnEvent: cpuMs / events, usAStatement: (cpuMs / statements) * 1000 }
  })
  const decades = windows.map(({ days, events, statements, cpuMs, msAnEvent, usAStatement }) => [days, events, statements, cpuMs.toFixed(0), msAnEvent.toFixed(4), usAStatement.toFixed(1)])
  console.log(`\n${DECADES.preset}, how cost grows\n${table([['days', 'events', 'statements', 'CPU ms', 'ms an event', 'us a statement'], ...decades])}`)
  // A short window asks for many statements that find no event in it: all changes of a ticket are read, whenever they were.
  const grown = windows.slice(1)
  console.log(`\nfrom ${grown[0]!.events} to ${grown.at(-1)!.events} events: a statement's cost within ${spread(grown.map((each) => each.usAStatement))}, an event's within ${spread(grown.map((each) => each.msAnEvent))}`)
}

async function measured(windows: readonly (readonly [string, readonly number[]])[], pairs: number) {
  const rows: (readonly [string, number, Row])[] = []
  for (const [name, allDays] of windows) {
    await using made = new AsyncDisposableStack()
    let opened: ReturnType<typeof open> | null = null
    for (const days of allDays) rows.push([name, days, await results.measured(`${name}, ${days} days, ${pairs} pairs`, async () => measure(await (opened ??= open(name, made)), days, pairs))])
  }
  return rows
}

function figures({ events, app, loop }: Row): string[] {
  const [cpu, loopCpu] = [median(app.map((cost) => cost.cpuMs)), median(loop.map((cost) => cost.cpuMs))]
  const ratio = median(app.map((cost, i) => cost.cpuMs / loop[i]!.cpuMs))
  const wall = app.map((cost) => cost.wallMs)
  return [median(wall).toFixed(0), percentile(wall, 0.99).toFixed(0), cpu.toFixed(0), (cpu / events).toFixed(3), loopCpu.toFixed(0), ratio.toFixed(2)]
}

/** Around the middle between the least and the most. */
function spread(costs: readonly number[]): string {
  const [least, most] = [Math.min(...costs), Math.max(...costs)]
  return `±${((100 * (most - least)) / (most + least)).toFixed(0)} %`
}

type Opened = { readonly env: Environment; readonly client: pg.Client; readonly project: string }

async function open(name: string, made: AsyncDisposableStack): Promise<Opened> {
  const preset = PRESETS[name]!
  const postgres = made.use(await startPostgres())
  await loadRows(postgres.appUrl, preset.rows(2006), { replace: false })
  const env = openTracker({ DATABASE_URL: postgres.appUrl, TRACKER_NOW: `${preset.lastDay}T18:00:00Z`, TRACKER_LOG: '/dev/null' })
  made.defer(env.close)
  const client = new pg.Client({ connectionString: postgres.appUrl })
  await client.connect()
  made.defer(() => client.end())
  const largest = await client.query<{ project: string }>('SELECT project FROM ticket GROUP BY project ORDER BY count(*) DESC, project LIMIT 1')
  const { project } = largest.rows[0]!
  return { env, client, project }
}

async function timelineOf(env: Environment, project: string, days: number): Promise<string> {
  const { status, body } = await dispatch(env, requestOf({ REQUEST_METHOD: 'GET', PATH_INFO: `/${project}/timeline`, QUERY_STRING: `daysback=${days}`, SERVER_NAME: 'localhost' }, new Uint8Array()))
  if (status !== 200) throw new Error(`The timeline of ${days} days of ${project}: status ${status}`)
  return String(body)
}

async function measure({ env, client, project }: Opened, days: number, pairs: number): Promise<Row> {
  const timeline = (on: Environment) => timelineOf(on, project, days)
  const { statements, rows, body } = await listened(env, timeline)
  const loop = () => inLoop(client, statements)
  // A long-lived worker has been asked for hundreds of timelines, and V8 has compiled what it will. Both are asked until that is so.
  for (let warm = 0; warm < WARM_STATEMENTS / statements.length; warm++) {
    await timeline(env)
    await loop()
  }
  const costs: { readonly app: Cost[]; readonly loop: Cost[] } = { app: [], loop: [] }
  for (let left = pairs; left > 0; left--) {
    costs.app.push(await costOf(() => timeline(env)))
    costs.loop.push(await costOf(loop))
  }
  return { events: Number(/<p>(\d+) events/.exec(body)?.[1]), statements: statements.length, rows, ...costs }
}

/** One timeline, and every statement that it sent. */
async function listened(env: Environment, timeline: (env: Environment) => Promise<string>) {
  const statements: Statement[] = []
  let rows = 0
  const getCnx: Environment['getCnx'] = async () => {
    const cnx = await env.getCnx()
    return {
      ...cnx,
      query: async (text, parameters) => {
        statements.push({ text, values: [...parameters] })
        const found = await cnx.query(text, parameters)
        rows += found.length
        return found
      },
    }
  }
  const body = await timeline({ ...env, getCnx })
  return { statements, rows, body }
}

/** The least that asking these questions takes: prepared once, one after the other, rows as arrays, all of them kept. */
async function inLoop(client: pg.Client, statements: readonly Statement[]): Promise<unknown[]> {
  const kept: unknown[] = []
  await client.query('BEGIN')
  for (const { text, values: parameters } of statements) kept.push((await client.query({ name: nameOf(text), text, values: [...parameters], rowMode: 'array' })).rows)
  await client.query('ROLLBACK')
  return kept
}

function nameOf(text: string): string {
  const name = names.get(text) ?? `s${names.size}`
  names.set(text, name)
  return name
}

async function costOf(work: () => Promise<unknown>): Promise<Cost> {
  const [cpu, wall] = [process.cpuUsage(), performance.now()]
  await work()
  const { user, system } = process.cpuUsage(cpu)
  return { cpuMs: (user + system) / 1000, wallMs: performance.now() - wall }
}
