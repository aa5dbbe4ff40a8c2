import { once } from 'node:events'
import { join } from 'node:path'
import { PassThrough, type Duplex } from 'node:stream'
import { linkAgent, type Agent, type AgentSettings } from '../probes/agent-link.ts'
import type { Site } from './containers-site.ts'
import { fromEngine } from './from-engine.ts'

/** To be fetched before it is needed: the application must not run for long without its watcher. */
export const agentImage = 'node:24-bookworm-slim'

/**
 * Starts the agent as a sidecar in the PID, network and IPC namespaces of the application's container, whose image stays untouched.
 * The run's folder `agent` is there under the same path as here, so that a planter can be named by its path.
 * The kernel ends the sidecar together with the application's process 1.
 */
export async function startAgentSidecar(site: Site, appContainer: string, name: string, program: string, settings: AgentSettings): Promise<Agent> {
  const shared = `container:${appContainer}`
  const folder = join(site.dir, 'agent')
  const container = await fromEngine('create the container of the agent', (abortSignal) => site.docker.createContainer({
    abortSignal,
    name,
    Image: agentImage,
    Cmd: ['node', program, JSON.stringify(settings)],
    OpenStdin: true,
    StdinOnce: true, // our end of the pipe closes: so does the agent's input, and it ends
    Labels: site.labels,
    HostConfig: {
      PidMode: shared,
      NetworkMode: shared,
      IpcMode: shared,
      Binds: [`${folder}:${folder}:ro`],
      // Without it /proc hides descriptors, environment and wait channels of other users' processes.
      CapAdd: ['SYS_PTRACE'],
      SecurityOpt: ['seccomp=unconfined', 'apparmor=unconfined'],
    },
  }))
  // Hijacked, so that either side can close its half. The client's types only know the oldest kind of stream.
  const stream = (await fromEngine('attach to the container of the agent', () => container.attach({ stream: true, hijack: true, stdin: true, stdout: true, stderr: true }))) as Duplex
  const output = new PassThrough()
  const errors = new PassThrough()
  container.modem.demuxStream(stream, output, errors)
  stream.on('error', () => {}) // shows as the end of its output
  stream.once('close', () => {
    output.end()
    errors.end()
  })
  await fromEngine('start the container of the agent', (abortSignal) => container.start({ abortSignal }))
  const end = async () => {
    if (stream.closed) return
    stream.destroy()
    await once(stream, 'close')
  }
  return linkAgent({ input: stream, output, errors, end })
}
