import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { chmod, mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { linkAgent, type Agent, type AgentSettings } from '../probes/agent-link.ts'
import { defaultMaxConnections } from '../scenario/scenario.ts'
import { temporaryFolder } from '../scenario/temporary-folder.ts'
import { bundle } from './bundle.ts'
import { dataDirOf, startEmbeddedPostgres } from './embedded-postgres.ts'
import { lastLines } from './log-tail.ts'
import { whyNotStarted } from './not-started.ts'
import { removeOwned } from './owned.ts'
import { freePort } from './ports.ts'
import { untilReady } from './ready.ts'
import { createAppRole } from './roles.ts'
import { runSeed } from './target-command.ts'
import { targetEnvironment, withoutLibpq } from './environment.ts'
import type { App, BootOptions, Owned, Stack } from './stack.ts'

/** Boots an embedded PostgreSQL and the target's command as processes of this machine. Linux only: the agent reads /proc. */
export async function bootProcesses(options: BootOptions): Promise<Stack> {
  const { target, scenarioDir, run, dir, own, say, signal } = options
  if (process.platform !== 'linux') throw new Error(`The processes stack reads /proc, which ${process.platform} does not have. Start a Docker engine and use --stack containers.`)
  await using made = new AsyncDisposableStack()

  const home = join(await temporaryFolder(), `lowtide-${run}-${randomBytes(3).toString('hex')}`)
  const owned: readonly Owned[] = [{ kind: 'tag', run }, { kind: 'postgres', dataDir: dataDirOf(home) }, { kind: 'directory', path: home }]
  for (const thing of owned) own(thing)
  // Last of all, and by the same hand as the watchdog's: what outlives its own end goes here.
  made.defer(async () => void (await removeOwned(owned)))
  await mkdir(home, { mode: 0o755 })
  await chmod(home, 0o755) // whatever the umask: the server's user must get in
  await mkdir(join(dir, 'logs'), { recursive: true })

  say('starting the embedded PostgreSQL')
  const ours = { LOWTIDE_OWNER: run }
  const postgres = made.use(await startEmbeddedPostgres({ home, logFile: join(dir, 'logs', 'postgres.log'), maxConnections: target.maxConnections ?? defaultMaxConnections, env: ours, signal }))
  const appUri = await createAppRole(postgres.adminUri, { mayReplicate: target.mayReplicate })
  const appPort = await freePort()

  // Whatever outlives the application's own end goes before the server does.
  made.defer(async () => void (await removeOwned([{ kind: 'tag', run }])))
  const agent = made.use(await startAgent(home, ours, { run, scope: 'tag', appPort, databasePort: postgres.port }))

  const cwd = resolve(scenarioDir, target.cwd ?? '.')
  const logs: AppLogs = { output: join(dir, 'logs', 'application.log'), own: join(dir, 'logs', 'application-own.log') }
  const environment = targetEnvironment(options, { databaseUrl: appUri, port: appPort, logFile: logs.own })
  const everything = made.move()
  return {
    kind: 'processes',
    database: { adminUri: postgres.adminUri, appUri, appUriInside: appUri, appRole: new URL(appUri).username, logFile: postgres.jsonLog },
    agent,
    appLogs: [logs.output, logs.own],
    versions: { postgresql: `${postgres.version} (embedded)` },
    seed: (seedSignal) => runSeed(target, { cwd, databaseUrl: appUri, env: { ...environment, ...ours }, logFile: join(dir, 'logs', 'seed.log'), signal: seedSignal }),
    startApp: (appSignal) => startCommand({ target, cwd, env: { ...environment, LOWTIDE_RUN: run }, port: appPort, logs, signal: appSignal }),
    [Symbol.asyncDispose]: () => everything.disposeAsync(),
  }
}

const agentEndsWithinMs = 2_000

async function startAgent(home: string, env: Record<string, string>, settings: AgentSettings): Promise<Agent> {
  const program = await bundle(fileURLToPath(new URL('../probes/agent.ts', import.meta.url)), join(home, 'agent.mjs'))
  // A session of its own, or the terminal's Ctrl-C would blind the run that is being ended in order.
  const child = spawn(process.execPath, [program, JSON.stringify(settings)], { env: { ...withoutLibpq(process.env), ...env }, stdio: ['pipe', 'pipe', 'pipe'], detached: true })
  const ended = new Promise<void>((done) => child.once('close', () => done()))
  child.once('error', () => {}) // shows as the end of its output
  // Reading /proc of a process that is being born or dies may block for long, and the end of a run waits for nobody.
  const end = async () => {
    await Promise.race([ended, delay(agentEndsWithinMs, undefined, { ref: false })])
    child.kill('SIGKILL')
    await ended
  }
  return linkAgent({ input: child.stdin, output: child.stdout, errors: child.stderr, end })
}

type AppLogs = { readonly output: string; readonly own: string }

type CommandOptions = Pick<BootOptions, 'target'> & { readonly cwd: string; readonly env: NodeJS.ProcessEnv; readonly port: number; readonly logs: AppLogs; readonly signal: AbortSignal }

async function startCommand({ target, cwd, env, port, logs, signal }: CommandOptions): Promise<App> {
  const [program = '', ...argv] = target.command
  const output = createWriteStream(logs.output, { flags: 'a' })
  await new Promise((opened, failed) => output.once('open', opened).once('error', failed))
  // The log is the child's own descriptor: a pipe through us would stall the application when we stall.
  const child = spawn(program, argv, { cwd, env, stdio: ['ignore', output, output], detached: true })
  output.close()
  let stopping = false
  let crash: string | null = null
  child.once('error', (error) => (crash = `could not be started: ${whyNotStarted(error, { program, cwd })}`))
  child.once('exit', (code, by) => {
    if (!stopping) crash = by ? `ended by ${by}` : `exit code ${code}`
  })
  const logTail = async (lines: number, containing?: string) => {
    const files = [logs.own, logs.output].map((file) => lastLines(file, lines, containing))
    return (await Promise.all(files)).find((found) => found.length > 0) ?? []
  }
  const baseUrl = `http://127.0.0.1:${port}`
  await untilReady({ url: baseUrl + target.readyPath, deadlineMs: target.readyTimeoutMs ?? 30_000, crashed: () => crash, logTail: () => logTail(20), name: target.name, signal })
  return {
    baseUrl,
    logTail,
    crashed: () => crash,
    stop: async (deadlineMs) => {
      stopping = true
      if (child.exitCode !== null || child.signalCode !== null) return
      const gone = new Promise((done) => child.once('exit', done))
      child.kill('SIGTERM')
      await Promise.race([gone, delay(deadlineMs, undefined, { ref: false })])
    },
  }
}
