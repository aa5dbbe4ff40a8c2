// Who waits for news of a parcel gets a connection that listens. It is closed when the news comes.
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { databaseUrl, openPool, ordinary } from './depot.ts'
import { mended, serve } from './serve.ts'

serve({
  ...ordinary(openPool()),
  news: async ({ number }) => {
    const client = new pg.Client({ connectionString: databaseUrl })
    await client.connect()
    try {
      await client.query(`LISTEN parcel_${number}`)
      const told = new Promise<string>((tell) => client.once('notification', ({ payload = '' }) => tell(payload)))
      const news = await Promise.race([told, delay(50, null)])
      if (news === null) return 'no news'
      await client.end()
      return news
    } finally {
      // The leak: where there was no news, only this would end the connection.
      if (mended) await client.end()
    }
  },
})
