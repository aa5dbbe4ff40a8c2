import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { openSync, readFileSync, readlinkSync } from 'node:fs'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'

/**
 * Leaks on purpose, in the application's own namespaces and with its own role: one of each kind that a run claims to find. Prints what it planted as one
 * line of JSON; takes it all back when it is told to, or when its input closes.
 */
const sessions = Number(process.env.PLANT_SESSIONS)
const descriptors = Number(process.env.PLANT_DESCRIPTORS)
const rows = Number(process.env.PLANT_ROWS)
const grownTable = 'lowtide_control_rows'

const clients = await Promise.all(Array.from({ length: sessions }, openTransaction))
const opened = Array.from({ length: descriptors }, () => openSync(process.argv[1] ?? '', 'r'))
const [zombie, script, socket] = [await plantZombie(), await plantRequest(), await plantHalfClosed()]
const pooled = await plantInPooledSession()
const grownTables = await plantRows(pooled.client)

console.log(JSON.stringify({
  sessionPids: clients.map(({ pid }) => pid),
  zombiePids: [zombie.pid],
  descriptors,
  // As the kernel names it, links resolved: nothing but this program has it open, and so it must be seen exactly so often.
  descriptorTarget: readlinkSync(`/proc/self/fd/${opened[0]}`),
  pooledPid: pooled.pid,
  advisoryLocks: pooled.advisoryLocks,
  temporaryTables: pooled.temporaryTables,
  preparedTransactions: pooled.preparedTransactions,
  closeWait: socket.halfClosed,
  requestPids: [script.pid],
  grownTables,
}))

await new Promise<void>((resolve) => {
  process.stdin.once('data', () => resolve())
  process.stdin.once('end', () => resolve())
})
// What outlives its session goes first: the rest goes with this process, however it ends.
for (const gid of pooled.preparedTransactions) await pooled.client.query(`ROLLBACK PREPARED '${gid}'`).catch(() => {})
await removeRows(pooled.client)
await Promise.all([goOn(zombie.shell), goOn(script.shell)])
socket.close()
await Promise.all([...clients, pooled].map(({ client }) => client.end().catch(() => {})))
process.exit(0)

async function login(): Promise<{ client: pg.Client; pid: number }> {
  const client = new pg.Client({ connectionString: process.env.DATABASE_URL, connectionTimeoutMillis: 10_000 })
  client.on('error', () => {}) // the server may go first
  await client.connect()
  const { rows } = await client.query('SELECT pg_backend_pid() AS pid')
  return { client, pid: Number(rows[0].pid) }
}

async function openTransaction() {
  const session = await login()
  await session.client.query('BEGIN')
  await session.client.query('SELECT pg_current_xact_id()')
  return session
}

/**
 * What a request leaves on a session that goes back into its pool, idle. A role may be forbidden temporary tables and a server prepared transactions: then the run
 * plants none, and says so by what it lists. The prepared transaction comes last, since nothing but this program ends it.
 */
async function plantInPooledSession() {
  const { client, pid } = await login()
  const plant = (sql: string) => client.query(sql).then(() => 1, () => 0)
  const advisoryLocks = await plant(`SELECT pg_advisory_lock(${pid})`)
  const temporaryTables = await plant('CREATE TEMPORARY TABLE lowtide_control (id int)')
  const gid = `lowtide-control-${pid}`
  const prepared = await plant(`BEGIN; SELECT pg_current_xact_id(); PREPARE TRANSACTION '${gid}'`)
  if (prepared === 0) await client.query('ROLLBACK')
  return { client, pid, advisoryLocks, temporaryTables, preparedTransactions: prepared === 0 ? [] : [gid] }
}

/**
 * A table that has grown by so many rows. They are told by the statistics, which the session is made to write at once (PostgreSQL 15 and later). None where the role may create
 * none, or the server would tell its rows only later.
 */
async function plantRows(client: pg.Client) {
  const plant = async () => {
    await client.query(`CREATE UNLOGGED TABLE ${grownTable} AS SELECT n FROM generate_series(1, ${rows}) AS n`)
    await client.query('SELECT pg_stat_force_next_flush()')
    const { rows: [table] } = await client.query<{ schema: string }>(`SELECT nspname AS schema FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace WHERE c.oid = '${grownTable}'::regclass`)
    return [{ id: `${table?.schema}.${grownTable}`, rows }]
  }
  return plant().catch(() => removeRows(client).then(() => []))
}

async function removeRows(client: pg.Client): Promise<void> {
  await client.query(`DROP TABLE IF EXISTS ${grownTable}`).catch(() => {})
}

/**
 * The shell reads on without waiting for its child, which so stays a zombie; the child must outlive the start of that read, or the shell
 * may reap it before. Ending the shell by a signal would leave the zombie to a process 1 that may never reap; told to go on, it reaps its child itself.
 */
async function plantZombie() {
  const shell = spawn('sh', ['-c', 'sleep 0.2 & echo $!; read go; wait'], { stdio: ['pipe', 'pipe', 'inherit'] })
  const pid = Number(await firstLine(shell))
  for (const deadline = Date.now() + 3_000; !isZombie(pid) && Date.now() < deadline; ) await delay(25)
  return { shell, pid }
}

/** A script of CGI (RFC 3875) that does not end, nor heeds a SIGTERM; without this program its input closes, and so it ends. */
async function plantRequest() {
  const request = { GATEWAY_INTERFACE: 'CGI/1.1', REQUEST_METHOD: 'GET', REQUEST_URI: '/lowtide-control' }
  const shell = spawn('sh', ['-c', "trap '' TERM; echo ready; read go"], { env: { ...process.env, ...request }, stdio: ['pipe', 'pipe', 'inherit'] })
  await firstLine(shell)
  return { shell, pid: shell.pid }
}

/** The other side has hung up and this one does not: CLOSE_WAIT. The other end is ours as well, and must be kept, or its reset would end it. */
async function plantHalfClosed() {
  const ends: Socket[] = []
  const server = createServer({ allowHalfOpen: true }, (end) => void ends.push(end.on('error', () => {}).end())).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const client = connect({ port: (server.address() as AddressInfo).port, host: '127.0.0.1', allowHalfOpen: true })
  client.on('error', () => {}).resume()
  await once(client, 'end')
  server.close()
  return { halfClosed: 1, close: () => [client, ...ends].forEach((end) => end.destroy()) }
}

async function firstLine({ stdout }: ChildProcess): Promise<string> {
  if (stdout) for await (const line of createInterface({ input: stdout })) return line
  throw new Error('a planted shell did not start')
}

async function goOn(shell: ChildProcess): Promise<void> {
  const gone = shell.exitCode !== null || shell.signalCode !== null || once(shell, 'exit')
  shell.stdin?.end('\n')
  await gone
}

function isZombie(pid: number): boolean {
  try {
    return /\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}
