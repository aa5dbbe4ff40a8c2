/**
 * The tracker as a long-lived server: `PORT=8080 DATABASE_URL=... TRACKER_WORKERS=4 node server.ts`. Each worker process serves one request
 * at a time, so a request that hangs takes its worker with it; when the last one is gone, everybody waits.
 */
import { fork, type ChildProcess } from 'node:child_process'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { extname, join, resolve } from 'node:path'
import { openEnvironment } from './drproject/environment.ts'
import type { Response } from './drproject/web/http.ts'
import { cgiEnvironment } from './front/cgi-environment.ts'
import { configured, listen, readBody, refuse } from './front/http-server.ts'

/** What a worker is asked: a CGI environment and a body. */
export type Job = { readonly variables: Readonly<Record<string, string>>; readonly body: Uint8Array }

type Waiting = { readonly job: Job; readonly response: ServerResponse }

process.env.TRACKER_REPOSITORIES = resolve(process.env.TRACKER_REPOSITORIES || join(import.meta.dirname, 'repositories'))
const { log } = configured(() => openEnvironment(process.env))
const idle: ChildProcess[] = []
const queue: Waiting[] = []
let stopping = false

for (let left = configured(() => workersOf(process.env)); left > 0; left--) startWorker()
await listen(serve, process.env, log, () => {
  stopping = true
})

async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await readBody(request)
  if (!body) return refuse(response, 413, 'That is too long, or not all of it came.')
  const variables = cgiEnvironment(request, body.length)
  if (!variables) return refuse(response, 400, 'That address is not well-formed.')
  queue.push({ job: { variables, body }, response })
  assign()
}

/** Who waits longest gets the worker that has been idle longest. A client that has left needs no worker. */
function assign(): void {
  while (queue.length > 0 && idle.length > 0) {
    const { job, response } = queue.shift()!
    if (!response.destroyed) run(idle.shift()!, job, response)
  }
}

function run(worker: ChildProcess, job: Job, response: ServerResponse): void {
  const lost = () => refuse(response, 502, 'The page could not be made. What happened is in the log.')
  worker.once('exit', lost)
  worker.once('message', (message) => {
    worker.off('exit', lost)
    idle.push(worker)
    const { status, headers, cookies = [], body } = message as Response
    response.writeHead(status, { ...headers, ...(cookies.length > 0 && { 'Set-Cookie': [...cookies] }) }).end(body)
    assign()
  })
  // A worker that died a moment ago cannot be asked; its exit answers.
  worker.send(job, () => {})
}

function startWorker(): void {
  const worker = fork(join(import.meta.dirname, `worker${extname(import.meta.filename)}`), { env: process.env, serialization: 'advanced' })
  idle.push(worker)
  worker.once('exit', (code, signal) => {
    const place = idle.indexOf(worker)
    if (place >= 0) idle.splice(place, 1)
    if (stopping) return
    log(`server: worker ${worker.pid} ended (${signal ?? `exit code ${code}`}), starting another`)
    startWorker()
    assign()
  })
}

function workersOf(variables: NodeJS.ProcessEnv): number {
  const count = Number(variables.TRACKER_WORKERS ?? 4)
  if (Number.isInteger(count) && count > 0 && count <= 64) return count
  throw new Error(`TRACKER_WORKERS takes a number from 1 to 64, got "${variables.TRACKER_WORKERS}".`)
}
