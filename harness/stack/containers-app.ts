import { createWriteStream } from 'node:fs'
import { chmod, mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { finished } from 'node:stream/promises'
import { setTimeout as delay } from 'node:timers/promises'
import type Docker from 'dockerode'
import type { Site } from './containers-site.ts'
import { engineWithinMs, fromEngine } from './from-engine.ts'
import { lastLines } from './log-tail.ts'

export type AppContainer = {
  readonly id: string
  readonly baseUrl: string
  readonly crashed: () => string | null
  readonly logTail: (lines: number, containing?: string) => Promise<readonly string[]>
  /** Fails where the engine does not hand over the signal in that time: what then goes on was not asked to stop. */
  readonly stop: (deadlineMs: number) => Promise<void>
}

export type AppContainerOptions = {
  readonly name: string
  readonly image: string
  readonly port: number
  readonly env: Readonly<Record<string, string>>
}

/** Where the application may keep a log of its own. */
const logDir = '/var/log/lowtide'
export const logFileInside = `${logDir}/own.log`

/** Its output and its own log in the run's folder. */
export const appLogsOf = ({ logs }: Pick<Site, 'logs'>): { readonly output: string; readonly own: string } => ({ output: join(logs, 'application.log'), own: join(logs, 'application', 'own.log') })

/**
 * Starts the application as its image says, as process 1 of its container: an init of ours would reap zombies that the real deployment keeps.
 * Testcontainers would wait for it where we must go on to start the agent, hence the engine's own API.
 */
export async function startAppContainer(site: Site, { name, image, port, env }: AppContainerOptions, { withinMs = engineWithinMs } = {}): Promise<AppContainer> {
  const appLogs = appLogsOf(site)
  const ownLogs = dirname(appLogs.own)
  await mkdir(ownLogs, { recursive: true })
  await chmod(ownLogs, 0o777) // the application may have a user of its own
  const within = <T>(what: string, ask: (abortSignal: AbortSignal) => Promise<T>) => fromEngine(`${what} the container of the application`, ask, { withinMs })
  const container = await within('create', (abortSignal) => site.docker.createContainer({
    abortSignal,
    name,
    Image: image,
    Env: Object.entries(env).map(([key, value]) => `${key}=${value}`),
    ExposedPorts: { [`${port}/tcp`]: {} },
    Labels: site.labels,
    HostConfig: {
      NetworkMode: site.network,
      // For the agent: the engine's default lets nobody in, and shared memory would not be seen.
      IpcMode: 'shareable',
      PortBindings: { [`${port}/tcp`]: [{ HostIp: site.host === '127.0.0.1' ? site.host : '', HostPort: '0' }] },
      Binds: [`${ownLogs}:${logDir}`],
      LogConfig: { Type: 'json-file', Config: {} },
    },
  }))
  await within('start', (abortSignal) => container.start({ abortSignal }))
  const { end: logged } = await within('hand over the output of', () => followOutput(container, appLogs.output))
  let stopping = false
  let crash: string | null = null
  const ended = container.wait().then(async () => {
    if (stopping) return
    await logged // whoever reads that it crashed reads its last words too
    crash = await within('tell the end of', (abortSignal) => causeOfDeath(container, abortSignal))
  }).catch(() => {}) // removed under us: the stack is being torn down

  return {
    id: container.id,
    baseUrl: `http://${site.host}:${await within('tell the port of', (abortSignal) => publishedPort(container, port, abortSignal))}`,
    crashed: () => crash,
    logTail: async (lines, containing) => {
      const own = await lastLines(appLogs.own, lines, containing)
      return own.length > 0 ? own : lastLines(appLogs.output, lines, containing)
    },
    stop: async (deadlineMs) => {
      stopping = true
      await container.kill({ signal: 'SIGTERM', abortSignal: AbortSignal.timeout(deadlineMs) }).catch(unlessEnded)
      const waiting = new AbortController()
      await Promise.race([ended, delay(deadlineMs, undefined, { signal: waiting.signal }).catch(() => {})])
      waiting.abort()
    },
  }
}

/** From the engine's file, not attached: an attached stream that we read too slowly would stall the application. */
async function followOutput(container: Docker.Container, file: string) {
  const output = createWriteStream(file, { flags: 'a' })
  const stream = await container.logs({ follow: true, stdout: true, stderr: true })
  container.modem.demuxStream(stream, output, output)
  stream.once('close', () => output.end())
  // However it ends: if the disk is full, the record, which is on the same disk, says so.
  return { end: finished(output).catch(() => {}) }
}

/** An application that ends at once may no longer have a port. Then there is none to return, and the wait for readiness says why. */
async function publishedPort(container: Docker.Container, port: number, abortSignal: AbortSignal): Promise<string> {
  const { NetworkSettings } = await container.inspect({ abortSignal })
  return NetworkSettings.Ports[`${port}/tcp`]?.[0]?.HostPort ?? '0'
}

async function causeOfDeath(container: Docker.Container, abortSignal: AbortSignal): Promise<string> {
  const { State } = await container.inspect({ abortSignal })
  return State.OOMKilled ? 'out of memory' : `exit code ${State.ExitCode}`
}

/** 409: it had ended before. */
function unlessEnded(error: Error & { statusCode?: number }) {
  if (error.name === 'AbortError') throw new Error('The Docker engine did not hand over SIGTERM to the application in time. Is it busy, or does it hang? `docker ps` tells.', { cause: error })
  if (error.statusCode !== 409 && error.statusCode !== 404) throw error
}
