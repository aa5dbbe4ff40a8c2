// A time-out of one's own around connect: the connection that loses the race arrives later all the same.
import { Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { databaseUrl, openPool, ordinary } from './depot.ts'
import { mended, serve } from './serve.ts'

/** The way to the branch office: its first packet takes 150 ms. */
function slowSocket(): Socket {
  const socket = new Socket()
  const connect = socket.connect.bind(socket) as (...to: unknown[]) => Socket
  return Object.assign(socket, { connect: (...to: unknown[]) => void setTimeout(() => connect(...to), 150) })
}

serve({
  ...ordinary(openPool()),
  branch: async () => {
    const client = new pg.Client({ connectionString: databaseUrl, stream: slowSocket })
    const connecting = client.connect()
    const won = await Promise.race([connecting.then(() => true), delay(50, false)])
    if (!won) {
      // The leak: nobody waits for this connection any more, and nobody ends it when it comes.
      if (mended) void connecting.then(() => client.end(), () => {})
      return { status: 504, text: 'the branch did not answer in time' }
    }
    const { rows: [stock] } = await client.query<{ n: number }>('SELECT count(*)::int AS n FROM parcel')
    await client.end()
    return `${stock?.n} parcels at the branch`
  },
})
