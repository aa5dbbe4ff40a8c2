// Healthy: a subscriber holds streams of events open, each with the session that listens for it. They end when it leaves.
import { get } from 'node:http'
import pg from 'pg'
import { databaseUrl, openPool, ordinary } from './depot.ts'
import { serve } from './serve.ts'

const streams = 5

const server = serve({
  ...ordinary(openPool()),
  events: async ({ number, gone, response }) => {
    const client = new pg.Client({ connectionString: databaseUrl })
    await client.connect()
    await client.query(`LISTEN events_${number}`)
    client.on('notification', ({ payload = '' }) => response.write(`data: ${payload}\n\n`))
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: welcome\n\n')
    gone.addEventListener('abort', () => void client.end())
    return undefined
  },
})

// The subscriber: a page of the program's own, that never leaves.
server.once('listening', () => {
  for (let n = 0; n < streams; n += 1) get({ port: process.env['PORT'], host: '127.0.0.1', path: `/events/${n}`, agent: false }, (response) => response.resume())
})
