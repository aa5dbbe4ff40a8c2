import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'

/** One request: the number at the end of its path, and whether its client is still there. */
export type Visit = { readonly number: number; readonly gone: AbortSignal; readonly request: IncomingMessage; readonly response: ServerResponse }

/** A text is a 200. Nothing: the handler has answered by itself. */
export type Handler = (visit: Visit) => Promise<string | Refusal | undefined> | string

export type Refusal = { readonly status: number; readonly text: string }

/** The program with its real fix. */
export const mended = process.env['ZOO_MENDED'] === '1'

/** Serves handlers by the first word of a path on PORT; what throws is a 500 and a line in the log. */
export function serve(handlers: Readonly<Record<string, Handler>>): Server {
  const server = createServer((request, response) => {
    void answer(handlers, request, response)
  })
  return server.listen(Number(process.env['PORT']), '127.0.0.1')
}

async function answer(handlers: Readonly<Record<string, Handler>>, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const [, word = '', number = '0'] = (request.url ?? '/').split('/')
  const left = new AbortController()
  response.once('close', () => response.writableFinished || left.abort())
  // To write to a client that has gone is an error of nobody's.
  response.on('error', () => {})
  try {
    const handler = word === 'health' ? () => 'well' : handlers[word]
    const said = handler === undefined ? { status: 404, text: `no page /${word}` } : await handler({ number: Number(number), gone: left.signal, request, response })
    if (said === undefined) return
    const { status, text } = typeof said === 'string' ? { status: 200, text: said } : said
    response.writeHead(status, { 'content-type': 'text/plain' }).end(text)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    console.error(`${new Date().toISOString()} ${request.method} ${request.url}: ${why}`)
    if (!response.headersSent) response.writeHead(500, { 'content-type': 'text/plain' })
    response.end(why)
  }
}
