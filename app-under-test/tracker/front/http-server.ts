import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Log } from '../drproject/log.ts'

/** Serves on PORT until SIGTERM or SIGINT. Then it stops at once: it takes no more, drops who waits, and leaves its scripts alone. */
export async function listen(server: Server, variables: NodeJS.ProcessEnv, log: Log): Promise<void> {
  const port = Number(variables.PORT ?? 8080)
  const stop = (signal: string) => {
    log(`gateway: ${signal}, stopping`)
    server.close(() => process.exit(0))
    server.closeAllConnections()
  }
  process.once('SIGTERM', stop)
  process.once('SIGINT', stop)
  // A page that takes minutes is slow, not lost: only the client may give up on it.
  server.requestTimeout = 60_000
  server.timeout = 0
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => {
      console.error(`Cannot listen on port ${port}: ${error.message}. Set PORT to a free one.`)
      process.exitCode = 1
      reject(error)
    })
    server.listen(port, () => resolve())
  })
  log(`gateway: serving on http://127.0.0.1:${port}/`)
}

/** The whole body, at most `maxBytes`; null if it is longer. Rejects when the client leaves before its end. */
export async function readBody(request: IncomingMessage, maxBytes = 1_048_576): Promise<Buffer | null> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request) {
    bytes += (chunk as Buffer).length
    if (bytes > maxBytes) return null
    chunks.push(chunk as Buffer)
  }
  return Buffer.concat(chunks)
}

/** A short answer in words. */
export function refuse(response: ServerResponse, status: number, words: string): void {
  if (response.headersSent) return void response.end()
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8' })
  response.end(`${words}\n`)
}
