import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

/** The command that runs k6 in a container on the host's network, its script on stdin. Pulls the image if it must. */
export const k6InContainer = async (version: string, { signal, say }: { readonly signal: AbortSignal; readonly say: (line: string) => void }): Promise<readonly string[]> => {
  const image = `grafana/k6:${version}`
  await promisify(execFile)('docker', ['version', '--format', '{{.Server.Version}}'], { signal, timeout: 5_000 })
  say(`trying k6 from its container image ${image}`)
  const command = ['docker', 'run', '--rm', '--interactive', '--network=host', '--env=K6_AUTO_EXTENSION_RESOLUTION=false', '--env=GOGC', '--env=GOMEMLIMIT', image]
  await promisify(execFile)(command[0]!, [...command.slice(1), 'version'], { signal, timeout: 180_000 })
  return command
}
