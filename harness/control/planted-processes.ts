import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'

/**
 * A zombie: the shell goes on reading and does not wait for its child. The child must outlive the start of that read, or the shell may reap it first. Danger: ending the shell by a
 * signal would leave the zombie to a process 1 that may never reap it; told to go on, the shell reaps its child itself.
 */
export async function plantZombie() {
  const shell = spawn('sh', ['-c', 'sleep 0.2 & echo $!; read go; wait'], { stdio: ['pipe', 'pipe', 'inherit'] })
  const pid = Number(await firstLine(shell))
  for (const deadline = Date.now() + 3_000; !isZombie(pid) && Date.now() < deadline; ) await delay(25)
  return { shell, pid }
}

/** A CGI script (RFC 3875) that does not end and ignores SIGTERM. When this program ends, its input closes, and so it ends too. */
export async function plantRequest() {
  const request = { GATEWAY_INTERFACE: 'CGI/1.1', REQUEST_METHOD: 'GET', REQUEST_URI: '/lowtide-control' }
  const shell = spawn('sh', ['-c', "trap '' TERM; echo ready; read go"], { env: { ...process.env, ...request }, stdio: ['pipe', 'pipe', 'inherit'] })
  await firstLine(shell)
  return { shell, pid: shell.pid }
}

/** Memory of this process. Each of its pages is written to, so that it is resident. */
export function plantAnonymous(bytes: number) {
  const pages: Buffer[] = [Buffer.alloc(bytes, 1)]
  return { bytes: pages.reduce((sum, { length }) => sum + length, 0), free: () => void pages.splice(0) }
}

/** Lets a planted shell come to its end, and waits for it. */
export async function goOn(shell: ChildProcess): Promise<void> {
  const gone = shell.exitCode !== null || shell.signalCode !== null || once(shell, 'exit')
  shell.stdin?.end('\n')
  await gone
}

async function firstLine({ stdout }: ChildProcess): Promise<string> {
  if (stdout) for await (const line of createInterface({ input: stdout })) return line
  throw new Error('a planted shell did not start')
}

function isZombie(pid: number): boolean {
  try {
    return /\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}
