import Docker from 'dockerode'
import { homeOfUser } from './home.ts'

export type Engine =
  | { readonly kind: 'answers'; readonly docker: Docker; readonly version: string; readonly at: string }
  /** `why` is half a sentence: "no Docker engine answers (...)". */
  | { readonly kind: 'none'; readonly why: string }

const answersWithinMs = 3_000

/**
 * Finds the Docker engine of this machine: DOCKER_HOST if it is set, else the first socket that answers. A socket at another than the
 * default place is put into DOCKER_HOST, so that Testcontainers and the watchdog, which look for themselves, find the same one.
 */
export async function findEngine(): Promise<Engine> {
  const declared = process.env.DOCKER_HOST
  if (declared) return ask({}, declared)
  const failures: string[] = []
  for (const path of sockets()) {
    const engine = await ask({ socketPath: path }, path)
    if (engine.kind === 'none') {
      failures.push(engine.why)
      continue
    }
    if (path !== defaultSocket) process.env.DOCKER_HOST = `unix://${path}`
    return engine
  }
  // The default place is the one that people know; what is wrong there helps most.
  return { kind: 'none', why: failures[0] ?? 'no Docker engine answers' }
}

const defaultSocket = '/var/run/docker.sock'

/** The default, rootless, Docker Desktop, Colima and Rancher Desktop. */
const sockets = (home = homeOfUser()) => [
  defaultSocket,
  ...(process.env.XDG_RUNTIME_DIR ? [`${process.env.XDG_RUNTIME_DIR}/docker.sock`] : []),
  ...(home === null ? [] : ['.docker/run', '.docker/desktop', '.colima/default', '.rd'].map((dir) => `${home}/${dir}/docker.sock`)),
]

async function ask(options: Docker.DockerOptions, at: string): Promise<Engine> {
  try {
    const { Version, Os } = await new Docker({ ...options, timeout: answersWithinMs }).version()
    if (Os !== 'linux') return { kind: 'none', why: `the Docker engine at ${at} runs ${Os} containers, and Lowtide needs Linux ones` }
    return { kind: 'answers', docker: new Docker(options), version: Version, at }
  } catch (cause) {
    return { kind: 'none', why: `no Docker engine answers at ${at} (${reason(cause)})` }
  }
}

function reason(cause: unknown): string {
  const code = cause instanceof Error && 'code' in cause ? cause.code : null
  switch (code) {
    case 'ENOENT':
      return 'there is no such socket'
    case 'ECONNREFUSED':
      return 'nothing listens there: start Docker'
    case 'EACCES':
      return 'this user may not use it: join the group "docker"'
    case 'ECONNRESET': // how the client ends a request that took too long
      return `no answer within ${answersWithinMs / 1000} s`
    default:
      return cause instanceof Error ? cause.message : String(cause)
  }
}
