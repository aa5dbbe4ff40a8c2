import type { Fault } from '../fault.ts'
import { asAdmin } from '../stack/as-admin.ts'

/** The server's log is emptied: the second ledger of sessions misses what was in it. */
export default {
  name: 'lose-log',
  about: "the server's log is emptied",
  inject: ({ database }) =>
    asAdmin(database, async (client) => {
      const { rows: [log] } = await client.query<{ path: string }>("SELECT current_setting('data_directory') || '/' || pg_current_logfile('jsonlog') AS path")
      if (log !== undefined) await client.query(`COPY (SELECT '') TO PROGRAM ${client.escapeLiteral(`truncate --size=0 '${log.path}'`)}`)
    }),
} satisfies Fault
