import type { Fault } from '../fault.ts'
import { asAdmin } from '../stack/as-admin.ts'
import { monitorName } from '../probes/monitor.ts'

/** Blinds a run: the server itself ends every session that the monitor holds. */
export default {
  name: 'cut-monitors',
  about: 'its sessions to PostgreSQL are cut',
  inject: ({ database }) => asAdmin(database, (client) => client.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE $1 || '%' AND pid <> pg_backend_pid()", [monitorName])),
} satisfies Fault
