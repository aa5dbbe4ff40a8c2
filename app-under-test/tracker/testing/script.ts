import { spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { CGI_BIN } from '../build.ts'
import type { Variant } from '../drproject/variant.ts'

/** How a CGI request ended, or that it never will. A hung script is still alive: disposing ends it. */
export type Outcome = Disposable & { readonly log: readonly string[] } & (
    | { readonly kind: 'answered'; readonly status: number; readonly body: string }
    | { readonly kind: 'hung'; readonly pid: number; readonly process: ProcessLook }
  )

/** What the kernel says of a process. */
export type ProcessLook = { readonly state: string; readonly wchan: string; readonly cpuTicks: number; readonly awakeThreads: number }

/** Runs the CGI script once. It counts as hung when it sleeps in a futex with all of its threads, its CPU time frozen, over ten looks in 500 ms. Throws if it is neither after `deadlineMs`. */
export async function ask(request: ScriptRequest, deadlineMs = 20_000): Promise<Outcome> {
  const [path = '/', query = ''] = request.url.split('?')
  const script = spawn(process.execPath, ['drproject.cgi'], {
    argv0: 'node',
    cwd: CGI_BIN,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env.PATH,
      DATABASE_URL: request.databaseUrl,
      TRACKER_VARIANT: request.variant,
      TRACKER_NOW: request.now,
      GATEWAY_INTERFACE: 'CGI/1.1',
      REQUEST_METHOD: 'GET',
      REQUEST_URI: request.url,
      PATH_INFO: path,
      QUERY_STRING: query,
      SERVER_NAME: 'localhost',
      SERVER_PORT: '80',
      SERVER_PROTOCOL: 'HTTP/1.1',
    },
  })
  let [stdout, stderr] = ['', '']
  script.stdout.setEncoding('utf8').on('data', (text: string) => void (stdout += text))
  script.stderr.setEncoding('utf8').on('data', (text: string) => void (stderr += text))
  const closed = new Promise<'closed'>((resolve) => script.once('close', () => resolve('closed')))
  const end = () => void script.kill('SIGKILL')
  const log = () => stderr.trimEnd().split('\n')

  let looks: ProcessLook[] = []
  for (const deadline = Date.now() + deadlineMs; Date.now() < deadline; ) {
    if ((await Promise.race([closed, sleep(LOOK_EVERY_MS)])) === 'closed') {
      const [head = '', ...body] = stdout.split('\r\n\r\n')
      return { kind: 'answered', status: Number(/^Status: (\d+)/.exec(head)?.[1] ?? 0), body: body.join('\r\n\r\n'), log: log(), [Symbol.dispose]: end }
    }
    const look = lookAt(script.pid ?? 0)
    looks = look && isAsleepInFutex(look) && look.cpuTicks === (looks[0] ?? look).cpuTicks ? [...looks, look] : []
    if (look && looks.length >= LOOKS) return { kind: 'hung', pid: script.pid ?? 0, process: look, log: log(), [Symbol.dispose]: end }
  }
  end()
  throw new Error(`${request.url} neither answered nor hung within ${deadlineMs} ms. The script's log ends in: ${log().at(-1)}`)
}

export type ScriptRequest = { readonly url: string; readonly variant: Variant; readonly databaseUrl: string; readonly now: string }

/** Null once the process has gone. */
export function lookAt(pid: number): ProcessLook | null {
  try {
    const [state = '', ...fields] = statOf(`/proc/${pid}/stat`)
    const threads = readdirSync(`/proc/${pid}/task`).map((thread) => statOf(`/proc/${pid}/task/${thread}/stat`)[0])
    return { state, wchan: readFileSync(`/proc/${pid}/wchan`, 'utf8'), cpuTicks: Number(fields[10]) + Number(fields[11]), awakeThreads: threads.filter((each) => each !== 'S').length }
  } catch {
    return null
  }
}

/** What follows the command's name, which may hold anything. */
const statOf = (file: string) => readFileSync(file, 'utf8').replace(/^.*\) /s, '').split(' ')

// Danger: on a busy machine the main thread waits in a futex for a thread of V8's that is runnable and does not get to run, for hundreds of
// milliseconds without a tick of CPU. That is no hang: in a hang every thread sleeps.
const isAsleepInFutex = (look: ProcessLook) => look.state === 'S' && look.wchan.startsWith('futex') && look.awakeThreads === 0

const LOOK_EVERY_MS = 50
const LOOKS = 10
