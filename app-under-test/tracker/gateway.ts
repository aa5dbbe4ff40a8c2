/**
 * The tracker behind a process-per-request CGI gateway, for machines without Apache: `PORT=8080 DATABASE_URL=... node gateway.ts`.
 * It never ends a script. Who leaves, leaves; a script that hangs stays until somebody kills it, as it did in 2006.
 */
import { spawn } from 'node:child_process'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { buildCgi, CGI_BIN } from './build.ts'
import { openEnvironment } from './drproject/environment.ts'
import { cgiEnvironment } from './front/cgi-environment.ts'
import { readBody, refuse } from './front/http-server.ts'
import { listen } from './front/http-server.ts'
import { responseHead } from './front/rfc3875.ts'

const { log } = openEnvironment(process.env)
buildCgi()
await listen(createServer(serve), process.env, log)

async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await readBody(request)
  if (!body) return refuse(response, 413, 'That is too long.')
  const variables = cgiEnvironment(request, body.length)
  if (!variables) return refuse(response, 400, 'That address is not well-formed.')
  runScript(variables, body, response)
}

function runScript(variables: Record<string, string>, body: Buffer, response: ServerResponse): void {
  const script = spawn(process.execPath, ['drproject.cgi'], { argv0: 'node', cwd: CGI_BIN, env: { ...process.env, ...variables }, stdio: ['pipe', 'pipe', 'pipe'] })
  const output: Buffer[] = []
  script.stderr.on('data', (chunk: Buffer) => process.stderr.write(chunk))
  script.stdin.on('error', () => {})
  script.stdin.end(body)

  let head = false
  script.stdout.on('data', (chunk: Buffer) => {
    if (head) return void response.write(chunk)
    output.push(chunk)
    const parsed = responseHead(Buffer.concat(output))
    if (!parsed) return
    head = true
    response.writeHead(parsed.status, parsed.headers)
    response.write(parsed.rest)
  })
  script.on('error', (error) => {
    log(`gateway: the script could not be started: ${error.message}`)
    refuse(response, 502, 'The page could not be made. What happened is in the log.')
  })
  script.on('close', (code, signal) => {
    if (head) return void response.end()
    log(`gateway: script ${script.pid} ended without an answer (${signal ?? `exit code ${code}`})`)
    refuse(response, 502, 'The page could not be made. What happened is in the log.')
  })
}
