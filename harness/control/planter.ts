import { spawn } from 'node:child_process'
import { openSync, readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'

/**
 * Leaks on purpose, in the application's own namespaces and with its own role: sessions idle in a transaction that holds an xid, a zombie,
 * open descriptors. Prints what it planted as one line of JSON; takes it all back when it is told to, or when its input closes.
 */
const sessions = Number(process.env.PLANT_SESSIONS)
const descriptors = Number(process.env.PLANT_DESCRIPTORS)

const clients = await Promise.all(Array.from({ length: sessions }, async () => {
  const client = new pg.Client({ connectionString: process.env.DATABASE_URL, connectionTimeoutMillis: 10_000 })
  client.on('error', () => {}) // the server may go first
  await client.connect()
  await client.query('BEGIN')
  const { rows } = await client.query('SELECT pg_backend_pid() AS pid, pg_current_xact_id()')
  return { client, pid: Number(rows[0].pid) }
}))
for (let opened = 0; opened < descriptors; opened += 1) openSync('/dev/null', 'r')

// The shell reads on without waiting for its child, which so stays a zombie; the child must outlive the start of that read, or the shell
// may reap it before. Ending the shell by a signal would leave the zombie to a process 1 that may never reap; told to go on, it reaps its child itself.
const shell = spawn('sh', ['-c', 'sleep 0.2 & echo $!; read go; wait'], { stdio: ['pipe', 'pipe', 'inherit'] })
let zombie = 0
for await (const line of createInterface({ input: shell.stdout })) {
  zombie = Number(line)
  break
}
for (const deadline = Date.now() + 3_000; !isZombie(zombie) && Date.now() < deadline; ) await delay(25)

console.log(JSON.stringify({ sessionPids: clients.map(({ pid }) => pid), zombiePids: [zombie], descriptors }))

await new Promise<void>((resolve) => {
  process.stdin.once('data', () => resolve())
  process.stdin.once('end', () => resolve())
})
shell.stdin.end('\n')
await new Promise((resolve) => shell.once('exit', resolve))
await Promise.all(clients.map(({ client }) => client.end().catch(() => {})))
process.exit(0)

function isZombie(pid: number): boolean {
  try {
    return /\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}
