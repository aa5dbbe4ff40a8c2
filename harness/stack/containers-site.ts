import { resolve } from 'node:path'
import type Docker from 'dockerode'
import { LABEL_TESTCONTAINERS_SESSION_ID, getContainerRuntimeClient, getReaper, type ContainerRuntimeClient } from 'testcontainers'
import { runLabel } from './containers-clean.ts'
import { findEngine } from './engine.ts'
import { fromEngine, unlessAborted } from './from-engine.ts'

/** What all containers of one run share: the engine, a network, labels and a place for logs. */
export type Site = {
  readonly docker: Docker
  /** Where ports of containers are reached from the harness. */
  readonly host: string
  readonly engineVersion: string
  readonly network: string
  readonly labels: Readonly<Record<string, string>>
  /** A name that says whose container it is. */
  readonly nameOf: (part: string) => string
  /** The run's folder, absolute; and its `logs`. */
  readonly dir: string
  readonly logs: string
}

/** Finds the engine and makes the run's network in it. */
export async function openSite(run: string, dir: string, say: (line: string) => void, signal: AbortSignal): Promise<Site> {
  const engine = await findEngine()
  if (engine.kind === 'none') throw new Error(`The containers stack needs a Docker engine, and ${engine.why}. Use --stack processes to do without.`)
  const client = await fromEngine('say what it is', () => getContainerRuntimeClient())
  const labels = { [runLabel]: run, [LABEL_TESTCONTAINERS_SESSION_ID]: await reaperSession(client, say, signal) }
  const nameOf = (part: string) => `lowtide-${run.replaceAll(/[^a-zA-Z0-9_.-]/g, '-')}-${part}`
  const network = nameOf('network')
  await fromEngine("create the run's network", (abortSignal) => client.container.dockerode.createNetwork({ Name: network, CheckDuplicate: true, Driver: 'bridge', Labels: labels, abortSignal }))
  const { host } = client.info.containerRuntime
  return {
    docker: client.container.dockerode,
    // "localhost" may mean ::1 to the load generator, where older engines publish no ports.
    host: host === 'localhost' ? '127.0.0.1' : host,
    engineVersion: engine.version,
    network,
    labels,
    nameOf,
    dir: resolve(dir),
    logs: resolve(dir, 'logs'),
  }
}

/** Testcontainers' reaper is a third layer of cleaning up, where its image can be had. Without it our own two layers are enough. */
async function reaperSession(client: ContainerRuntimeClient, say: (line: string) => void, signal: AbortSignal): Promise<string> {
  try {
    return (await fromEngine("start Testcontainers' reaper", () => unlessAborted(getReaper(client), signal))).sessionId
  } catch {
    signal.throwIfAborted()
    say("Testcontainers' reaper image cannot be had here; the watchdog does its work")
    process.env.TESTCONTAINERS_RYUK_DISABLED = 'true'
    return (await getReaper(client)).sessionId
  }
}
