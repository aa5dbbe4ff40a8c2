// Healthy: a subscriber holds streams of events open, each with the session that listens for it. They end when it leaves.
import { fork } from 'node:child_process'
import { get } from 'node:http'
import pg from 'pg'
import { databaseUrl, openPool, ordinary } from './depot.ts'
import { serve } from './serve.ts'

const streams = 5

if (process.argv[2] === 'subscribe') {
  for (let n = 0; n < streams; n += 1) get({ port: process.env['PORT'], host: '127.0.0.1', path: `/events/${n}`, agent: false }, (response) => response.resume())
  // It goes with the server that it subscribes to.
  process.once('disconnect', () => process.exit())
} else {
  serve({
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
  fork(import.meta.filename, ['subscribe'])
}
