/**
 * The tracker behind a process-per-request CGI gateway, for machines without Apache: `PORT=8080 DATABASE_URL=... node gateway.ts`.
 * It never ends a script. Who leaves, leaves; a script that hangs stays until somebody kills it, as it did in 2006.
 */
import { spawn } from 'node:child_process'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { join, resolve } from 'node:path'
import { CGI_BIN, ensureCgi } from './build.ts'
import { openEnvironment } from './drproject/environment.ts'
import { cgiEnvironment } from './front/cgi-environment.ts'
import { configured, listen, readBody, refuse } from './front/http-server.ts'
import { responseHead } from './front/rfc3875.ts'

process.env.TRACKER_REPOSITORIES = resolve(process.env.TRACKER_REPOSITORIES || join(import.meta.dirname, 'repositories'))
const { log } = configured(() => openEnvironment(process.env))
await configured(ensureCgi)
await listen(serve, process.env, log)

async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await readBody(request)
  if (!body) return refuse(response, 413, 'That is too long, or not all of it came.')
  const variables = cgiEnvironment(request, body.length)
  if (!variables) return refuse(response, 400, 'That address is not well-formed.')
  try {
    runScript(variables, body, response)
  } catch (error) {
    failed(response, `the script could not be started: ${error instanceof Error ? error.message : String(error)}`)
  }
}

function runScript(variables: Record<string, string>, body: Buffer, response: ServerResponse): void {
  const script = spawn(process.execPath, ['drproject.cgi'], { argv0: 'node', cwd: CGI_BIN, env: { ...process.env, ...variables } })
  script.stdin.on('error', () => {})
  script.stdin.end(body)
  script.stderr.on('data', (chunk: Buffer) => process.stderr.write(chunk))

  // All that a script prints is read, whether or not somebody still wants it: a full pipe would hang it for a reason that is not its own.
  let beginning = Buffer.alloc(0)
  script.stdout.on('data', (chunk: Buffer) => {
    if (response.headersSent) return void response.write(chunk)
    beginning = Buffer.concat([beginning, chunk])
    const head = responseHead(beginning)
    if (head) response.writeHead(head.status, { ...head.headers } as Record<string, string[]>).write(head.rest)
  })
  script.on('error', (error) => failed(response, `the script could not be started: ${error.message}`))
  script.on('close', (code, signal) => {
    if (response.headersSent) response.end()
    else failed(response, `script ${script.pid} ended without an answer (${signal ?? `exit code ${code}`})`)
  })
}

function failed(response: ServerResponse, reason: string): void {
  log(`gateway: ${reason}`)
  refuse(response, 502, 'The page could not be made. What happened is in the log.')
}
