import type { Fault } from '../fault.ts'
import { asAdmin } from '../stack/as-admin.ts'

/** A backend dies by SIGKILL, as on a machine out of memory: PostgreSQL ends every session and starts anew, with all counts at zero. */
export default {
  name: 'crash-server',
  about: 'PostgreSQL crashes and starts anew',
  inject: ({ database }) => asAdmin(database, (client) => client.query("COPY (SELECT '') TO PROGRAM 'kill -9 $PPID'").catch(() => {})),
} satisfies Fault
