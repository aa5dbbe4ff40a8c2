/**
 * Whether a worker's memory stays what it was: `node bench/worker-memory.ts [--again] [--requests 50000]`. One worker of server.ts, the healthy variant, mixed
 * requests one after the other; its resident memory as the kernel has it, and its heap after a garbage collection, at every tenth of the way.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { loadRows } from '../seed/load.ts'
import { PRESETS } from '../seed/presets.ts'
import { pick, randomOf, type Random } from '../seed/random.ts'
import type { Job } from '../server.ts'
import { startPostgres } from '../testing/postgres.ts'
import { resultsOf } from './results.ts'
import { table } from './statistics.ts'

type Memory = { readonly requests: number; readonly rssMiB: number; readonly heapMiB: number; readonly backendMiB: number; readonly statuses: Readonly<Record<string, number>> }

const LOOKS = 10
const MIB = 1024 * 1024
const PROJECTS = PRESETS.course!.projects(2006).map(({ name }) => name)

const { values } = parseArgs({ options: { again: { type: 'boolean' }, requests: { type: 'string', default: '50000' } } })
const total = Number(values.requests)
const results = resultsOf<{ readonly looks: readonly Memory[] }>('worker-memory')
const { looks } = await results.measured(`${total} requests`, measure)

console.log(table([['requests', 'resident MiB', 'heap MiB', 'its PostgreSQL backend MiB'], ...looks.map(({ requests, rssMiB, heapMiB, backendMiB }) => [requests, rssMiB.toFixed(1), heapMiB.toFixed(1), backendMiB.toFixed(1)])]))
const [half, all] = [looks[LOOKS / 2 - 1]!, looks[LOOKS - 1]!]
const change = (of: (memory: Memory) => number) => `${((of(all) / of(half) - 1) * 100).toFixed(1)} %`
console.log(`\nfrom ${half.requests} to ${all.requests} requests: resident ${change((memory) => memory.rssMiB)}, heap ${change((memory) => memory.heapMiB)}. Answers by status: ${JSON.stringify(all.statuses)}`)

async function measure(): Promise<{ readonly looks: readonly Memory[] }> {
  await using made = new AsyncDisposableStack()
  const postgres = made.use(await startPostgres())
  await loadRows(postgres.appUrl, PRESETS.course!.rows(2006), { replace: false })
  const scratch = mkdtempSync(join(tmpdir(), 'tracker-memory-'))
  made.defer(() => rmSync(scratch, { recursive: true, force: true }))
  const told = join(scratch, 'heap')
  // Asked by a signal, so that the worker itself is the one that serves.
  const hook = `process.on('SIGUSR2', () => { gc(); (await import('node:fs')).writeFileSync(${JSON.stringify(told)}, String(process.memoryUsage().heapUsed)) })`.replace('() => {', 'async () => {')
  const worker = fork(join(import.meta.dirname, '..', 'worker.ts'), {
    env: { PATH: process.env.PATH, DATABASE_URL: postgres.appUrl, TRACKER_NOW: `${PRESETS.course!.lastDay}T18:00:00Z`, TRACKER_LOG: '/dev/null' },
    execArgv: ['--expose-gc', '--import', `data:text/javascript,${encodeURIComponent(hook)}`],
    serialization: 'advanced',
  })
  made.defer(async () => {
    worker.disconnect()
    await once(worker, 'exit')
  })
  const heapMiB = async () => {
    writeFileSync(told, '')
    worker.kill('SIGUSR2')
    while (readFileSync(told, 'utf8') === '') await sleep(10)
    return Number(readFileSync(told, 'utf8')) / MIB
  }

  const random = randomOf('worker-memory')
  const statuses: Record<string, number> = {}
  const found: Memory[] = []
  for (let requests = 1; requests <= total; requests++) {
    worker.send(jobOf(random))
    const [{ status }] = (await once(worker, 'message')) as [{ status: number }]
    statuses[status] = (statuses[status] ?? 0) + 1
    if (requests % (total / LOOKS) > 0) continue
    const { rows } = await postgres.admin.query<{ pid: number }>("SELECT pid FROM pg_stat_activity WHERE application_name = 'drproject'")
    found.push({ requests, heapMiB: await heapMiB(), rssMiB: residentMiB(worker.pid!), backendMiB: residentMiB(rows[0]!.pid), statuses: { ...statuses } })
  }
  return { looks: found }
}

/** What people, feed readers and strangers ask for; long timelines are rare. */
function jobOf(random: Random): Job {
  const project = pick(random, PROJECTS)
  const number = (most: number) => 1 + Math.floor(random() * most)
  const [path, query = ''] = pick(random, [
    () => '/',
    () => `/${project}/wiki/WikiStart`,
    () => `/${project}/wiki/${pick(random, ['Design', 'Schema', 'NoSuchPage'])}?action=${pick(random, ['', 'history', 'diff'])}`,
    () => `/${project}/ticket/${number(120)}`,
    () => `/${project}/ticket/${number(120)}`,
    () => `/${project}/timeline?daysback=${number(7)}&max=50&format=rss`,
    () => `/${project}/timeline?daysback=${random() < 0.02 ? 90 : number(3)}`,
    () => `/${project}/query?status=${pick(random, ['new', 'closed', '!closed'])}&order=${pick(random, ['id', 'priority', 'time'])}&group=${pick(random, ['', 'milestone', 'owner'])}`,
    () => `/${project}/query?summary=~${random().toString(36).slice(2, 5)}&owner=${random().toString(36).slice(2, 8)}`,
    () => `/${project}/roadmap`,
    () => `/${project}/mail`,
    () => `/${project}/search?q=${random().toString(36).slice(2, 5)}`,
    () => `/${project}/changeset/${number(150)}`,
    () => `/${project}/timeline?from=${random().toString(36).slice(2, 8)}`,
    () => `/${random().toString(36).slice(2)}`,
    () => '/login',
  ])().split('?')
  return { variables: { REQUEST_METHOD: 'GET', PATH_INFO: path!, QUERY_STRING: query, SERVER_NAME: 'localhost', SERVER_PORT: '80', REMOTE_ADDR: '127.0.0.1' }, body: new Uint8Array() }
}

function residentMiB(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024
}
