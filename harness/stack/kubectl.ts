import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'

/** Runs kubectl, or what is in its place, with `input` on its stdin, and gives what it said on stdout. Fails with one line: what was asked of it, and its last words. Ended once `signal` is aborted. */
export const kubectl = async (command: readonly string[], args: readonly string[], input: string, signal: AbortSignal): Promise<string> => {
  const asked = `\`${[...command, ...args].join(' ')}\``
  const [program = '', ...leading] = command
  const child = spawn(program, [...leading, ...args], { stdio: ['pipe', 'pipe', 'pipe'], signal, killSignal: 'SIGKILL' })
  // One that does not read its input says why in its exit.
  child.stdin.on('error', () => undefined).end(input)
  const said = Promise.all([text(child.stdout), text(child.stderr)])
  try {
    const [exitCode, killedBy] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null]
    const [stdout, stderr] = await said
    if (exitCode === 0) return stdout
    throw new Error(`${asked} ${exitCode === null ? `was killed by ${killedBy}` : `ended with exit code ${exitCode}`}: ${stderr.trim().split('\n').at(-1) || 'it said nothing'}`)
  } catch (error) {
    if (signal.aborted) throw new Error(`${asked} had not ended in time`, { cause: error })
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') throw new Error(`${asked} cannot be run: there is no program ${program}; name one as load.cluster.kubectl`, { cause: error })
    throw error
  }
}
