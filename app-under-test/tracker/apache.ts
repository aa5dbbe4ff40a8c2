/**
 * The tracker behind the Apache of this machine (Debian's apache2, with mod_cgid), as in 2006: `PORT=8080 DATABASE_URL=... node apache.ts`.
 * In the foreground, all that Apache writes in a temporary folder, until SIGTERM. Scripts that hang then stay, as Apache leaves them.
 */
import { spawn, spawnSync } from 'node:child_process'
import { chmodSync, chownSync, closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { buildCgi } from './build.ts'
import { openEnvironment } from './drproject/environment.ts'
import { configured } from './front/http-server.ts'

const PASSED_ON = /^(DATABASE_URL|TRACKER_[A-Z_]*|LOWTIDE_[A-Z_]*)$/
const SCRIPTS_USER = 'www-data'

configured(() => openEnvironment(process.env))
const apache = configured(apacheHere)
await configured(buildCgi)
const scriptsUser = configured(() => (process.getuid?.() === 0 ? userThatRunsNode() : null))

const run = mkdtempSync(join(tmpdir(), 'tracker-apache-'))
// The user of the scripts has to find the socket in it.
chmodSync(run, 0o755)
process.once('exit', () => rmSync(run, { recursive: true, force: true }))
const variables: NodeJS.ProcessEnv = {
  PORT: '8080',
  TRACKER_APACHE_TIMEOUT: '604800',
  TRACKER_REPOSITORIES: join(import.meta.dirname, 'repositories'),
  ...process.env,
  PATH: `${dirname(process.execPath)}:${process.env.PATH}`,
  TRACKER_HOME: import.meta.dirname,
  TRACKER_RUN: run,
  // Apache would open its stderr anew by name, which a socket does not allow.
  TRACKER_ERROR_LOG: '|/bin/cat',
  TRACKER_ACCESS_LOG: '|/bin/cat',
}
writeFileSync(join(run, 'environment.conf'), Object.keys(variables).filter((name) => PASSED_ON.test(name)).map((name) => `PassEnv ${name}\n`).join(''))
if (scriptsUser) for (const log of [variables.LOWTIDE_LOG, variables.TRACKER_LOG]) if (log) giveTo(scriptsUser, log)

const server = spawn(apache, ['-D', 'FOREGROUND', '-f', join(import.meta.dirname, 'apache', 'tracker.conf')], { env: variables, stdio: ['ignore', 2, 2] })
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void server.kill('SIGTERM'))
server.once('exit', (code) => process.exit(code ?? 0))

function apacheHere(): string {
  const found = ['/usr/sbin/apache2', 'apache2'].find((program) => spawnSync(program, ['-v']).status === 0)
  if (found) return found
  throw new Error('There is no apache2 on this machine. Install it (apt-get install apache2), or use gateway.ts, which needs none.')
}

type User = { readonly uid: number; readonly gid: number }

/** As root, Apache runs its scripts as another user, who needs a way to this Node and to the bundle. */
function userThatRunsNode(): User {
  const [uid, gid] = ['-u', '-g'].map((which) => Number(spawnSync('id', [which, SCRIPTS_USER], { encoding: 'utf8' }).stdout)) as [number, number]
  const trial = spawnSync(process.execPath, ['--check', join(import.meta.dirname, 'cgi-bin', 'drproject.cjs')], { uid, gid, cwd: '/', encoding: 'utf8' })
  if (trial.status === 0) return { uid, gid }
  throw new Error(`User ${SCRIPTS_USER}, as whom Apache runs its scripts, cannot run ${process.execPath} on ${import.meta.dirname}/cgi-bin (${trial.error?.message ?? trial.stderr.trim().split('\n').at(-1)}). Put both where everybody may read them.`)
}

function giveTo({ uid, gid }: User, log: string): void {
  closeSync(openSync(log, 'a'))
  chownSync(log, uid, gid)
}
