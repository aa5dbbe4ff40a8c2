import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http'
import type { Log } from '../drproject/log.ts'

/** Serves on PORT until SIGTERM or SIGINT. Then the process ends at once: it drops who waits, and leaves what hangs alone. */
export async function listen(serve: RequestListener, variables: NodeJS.ProcessEnv, log: Log, onStop: () => void = () => {}): Promise<void> {
  const port = Number(variables.PORT ?? 8080)
  const server = serverOf(serve)
  const stop = (signal: string) => {
    log(`${signal}: no longer serving`)
    onStop()
    server.close()
    server.closeAllConnections()
    process.exit(0)
  }
  for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, stop)
  await new Promise<void>((resolve) => {
    server.once('error', (error) => {
      console.error(`Cannot listen on port ${variables.PORT ?? 8080}: ${error.message}. Set PORT to a free one.`)
      process.exit(1)
    })
    server.listen(port, resolve)
  })
  log(`serving on http://127.0.0.1:${port}/`)
}

/**
 * A client has 10 s for its headers and 30 s for a whole request. A page may take as long as it takes: it is slow, not lost, and only the client may give up on it.
 * A client that closes its half of the connection has: it cannot be told from one that is gone, whose socket would stay for as long as its script hangs.
 */
export function serverOf(serve: RequestListener, { headersTimeout = 10_000, requestTimeout = 30_000, connectionsCheckingInterval = 2000 } = {}): Server {
  const server = createServer({ headersTimeout, requestTimeout, connectionsCheckingInterval }, serve)
  server.timeout = 0
  return server
}

/** Settings that cannot be used end the process with one line: there is nothing to serve. */
export function configured<T>(read: () => T): T {
  try {
    const value = read()
    return value instanceof Promise ? (value.catch(unusable) as T) : value
  } catch (error) {
    return unusable(error)
  }
}

function unusable(error: unknown): never {
  console.error(error instanceof Error ? error.message : String(error))
  process.exit(64)
}

/** The whole body, at most `maxBytes`. Null if it is longer, or if the client leaves before its end. */
export async function readBody(request: IncomingMessage, maxBytes = LONGEST_BODY_BYTES): Promise<Buffer | null> {
  const chunks: Buffer[] = []
  let bytes = 0
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      bytes += chunk.length
      if (bytes <= maxBytes) chunks.push(chunk)
      // What is too long is read for a while all the same: who is cut off while sending never sees the answer.
      else if (bytes > 10 * maxBytes) return null
      else chunks.length = 0
    }
    return bytes > maxBytes ? null : Buffer.concat(chunks)
  } catch {
    return null
  }
}

/** Room for the largest attachment, and for what a form says beside it. */
export const LONGEST_BODY_BYTES = 1_048_576

/** A short answer in words. */
export function refuse(response: ServerResponse, status: number, words: string): void {
  if (response.headersSent) return void response.end()
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8' }).end(`${words}\n`)
}
