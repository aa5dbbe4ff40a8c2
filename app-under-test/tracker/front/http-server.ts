import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Log } from '../drproject/log.ts'

/** Serves on PORT until SIGTERM or SIGINT. Then the process ends at once: it drops who waits, and leaves what hangs alone. */
export async function listen(server: Server, variables: NodeJS.ProcessEnv, log: Log, onStop: () => void = () => {}): Promise<void> {
  const port = Number(variables.PORT ?? 8080)
  // A page that takes minutes is slow, not lost: only the client may give up on it.
  server.timeout = 0
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

/** Settings that cannot be used end the process with one line: there is nothing to serve. */
export function configured<T>(read: () => T): T {
  try {
    return read()
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error))
    process.exit(64)
  }
}

/** The whole body, at most `maxBytes`. Null if it is longer, or if the client leaves before its end. */
export async function readBody(request: IncomingMessage, maxBytes = 1_048_576): Promise<Buffer | null> {
  const chunks: Buffer[] = []
  let bytes = 0
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      bytes += chunk.length
      if (bytes > maxBytes) return null
      chunks.push(chunk)
    }
    return Buffer.concat(chunks)
  } catch {
    return null
  }
}

/** A short answer in words. */
export function refuse(response: ServerResponse, status: number, words: string): void {
  if (response.headersSent) return void response.end()
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8' }).end(`${words}\n`)
}
