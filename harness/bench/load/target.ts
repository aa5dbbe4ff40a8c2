// A server that costs next to nothing, so that a load is the generator's to limit: 1 kB for each request, on /large 64 kB, after `?after=` milliseconds if so asked; and on /tally how many
// there were, over which time, how many of them are still without an answer, and when the last got its own.
import { createServer, type ServerResponse } from 'node:http'
import pg from 'pg'

const pageOf = (bytes: number) => ({ body: 'x'.repeat(bytes), headers: { 'content-type': 'text/plain', 'content-length': bytes } })
const [page, largePage] = [pageOf(1_024), pageOf(65_536)]
const none = { requests: 0, firstMs: 0, lastMs: 0, lastAnswerAtMs: 0 }
let tally = { ...none }
let inFlight = 0

// A run whose application has no session in its database is inconclusive.
if (process.env['DATABASE_URL'] !== undefined) await new pg.Client({ connectionString: process.env['DATABASE_URL'] }).connect()

createServer((request, response) => {
  if (request.url === '/tally') {
    response.end(JSON.stringify({ ...tally, inFlight }))
    tally = { ...none }
    return
  }
  tally.lastMs = performance.now()
  if (tally.requests++ === 0) tally.firstMs = tally.lastMs
  const afterMs = Number(/[?&]after=(\d+)/.exec(request.url ?? '')?.[1] ?? 0)
  inFlight++
  const asked = request.url === '/large' ? largePage : page
  if (afterMs === 0) answer(response, asked)
  else setTimeout(answer, afterMs, response, asked)
}).listen(Number(process.env['PORT']), process.env['HOST'] ?? '127.0.0.1')

function answer(response: ServerResponse, { body, headers }: ReturnType<typeof pageOf>): void {
  inFlight--
  tally.lastAnswerAtMs = Date.now()
  response.writeHead(200, headers).end(body)
}
