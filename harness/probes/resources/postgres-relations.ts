import { adminInside } from '../../stack/roles.ts'
import type { Table, TemporaryTable } from '../../timeline/member.ts'
import { openMonitor, type Monitor } from '../monitor.ts'
import type { Probe } from '../probe.ts'

/** What lies in the application's database: temporary tables with the sessions that hold them, the tables that have grown, and its size. Of the whole server the temporary files and the write-ahead log. */
export default {
  name: 'postgres-relations',
  watches: "the application's database: temporary tables by session, tables that grow, its size; the server's temporary files and write-ahead log",
  open: async ({ database }) => {
    // Opened at the first look, which comes after the seed and before any load, since a seed may drop the database and create it again.
    let opening: Promise<Monitor> | null = null
    const monitor = () => (opening ??= openMonitor(adminInside(database), 'relations'))
    const grown = sinceFirst()
    return {
      beat: async () => ({}),
      look: async (signal) => {
        const session = await monitor()
        const temporary = await session.query<Omit<TemporaryTable, 'kind'>>(temporarySql, [], signal)
        const tables = grown(await session.query<Size>(tablesSql, [], signal))
        const [sizes] = await session.query<Sizes>(sizesSql, [], signal)
        if (!sizes) throw new Error('pg_database_size gave no row')
        return {
          counters: { 'pg.temporary-tables': temporary.length, 'pg.database-bytes': sizes.database, 'pg.temporary-files': sizes.files, 'pg.temporary-file-bytes': sizes.fileBytes, 'harness.temporary-files': sizes.plantedFiles, 'pg.wal-bytes': sizes.wal },
          members: [...temporary.map((table) => ({ kind: 'temporary-table' as const, ...table })), ...tables],
        }
      },
      [Symbol.asyncDispose]: async () => (await opening?.catch(() => null))?.[Symbol.asyncDispose](),
    }
  },
} satisfies Probe

/** The schema of a session's temporary tables is numbered as the session is: PostgreSQL manual, "Monitoring Statistics", pg_stat_get_backend_idset. */
const temporarySql = `
  SELECT c.oid::text AS id, c.relname AS name, pg_stat_get_backend_pid(backend) AS "sessionPid"
  FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
  LEFT JOIN pg_stat_get_backend_idset() AS backend ON n.nspname = 'pg_temp_' || backend
  WHERE c.relpersistence = 't' AND c.relkind IN ('r', 'p') ORDER BY c.oid`

/** The name that harness/control/planted-sessions.ts gives its session. */
const plantedName = 'lowtide-control'

type Sizes = { readonly database: number; readonly files: number; readonly fileBytes: number; readonly plantedFiles: number; readonly wal: number }

/**
 * By their folders (PostgreSQL manual, "Generic File Access Functions"). Temporary files are those of the default tablespace; their names tell the process that made them, by which
 * those of the control's session are counted apart. Of the write-ahead log, what lies between its oldest segment and where it is being written: segments that are ready to be
 * overwritten are no part of it.
 */
const sizesSql = `
  SELECT pg_database_size(current_database())::float AS database,
         (SELECT file_offset + coalesce((SELECT sum(size) FROM pg_ls_waldir() WHERE name < file_name), 0) FROM pg_walfile_name_offset(pg_current_wal_insert_lsn()))::float AS wal,
         count(*) FILTER (WHERE NOT planted)::int AS files, coalesce(sum(size) FILTER (WHERE NOT planted), 0)::float AS "fileBytes", count(*) FILTER (WHERE planted)::int AS "plantedFiles"
  FROM (SELECT size, EXISTS (SELECT FROM pg_stat_activity WHERE application_name = '${plantedName}' AND starts_with(name, 'pgsql_tmp' || pid || '.')) AS planted FROM pg_ls_tmpdir()) AS files`

type Size = { readonly id: string; readonly rows: number; readonly bytes: number }

/** The name that harness/control/planted-sessions.ts gives it. */
const plantedTable = 'lowtide_control_rows'

const isPlanted = ({ id }: Size): boolean => id.endsWith(`.${plantedTable}`)

/**
 * Sizes are those of the files and not by pg_table_size, which waits for the lock of a transaction that was left open on the table: the very thing that is looked for. Of a file beyond
 * 1 GB only its first segment counts. Rows are as the statistics have them, up to ten seconds late.
 */
const tablesSql = `
  SELECT n.nspname || '.' || c.relname AS id, pg_stat_get_live_tuples(c.oid)::float AS rows,
         (SELECT coalesce(sum((pg_stat_file(pg_relation_filepath(part), true)).size), 0)
          FROM (SELECT c.oid AS part UNION ALL SELECT c.reltoastrelid WHERE c.reltoastrelid <> 0
                UNION ALL SELECT indexrelid FROM pg_index WHERE indrelid IN (c.oid, c.reltoastrelid)) AS parts
          WHERE pg_relation_filepath(part) IS NOT NULL)::float AS bytes
  FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'm') AND c.relpersistence <> 't' AND n.nspname NOT IN ('pg_catalog', 'information_schema')
  ORDER BY c.relname = '${plantedTable}' DESC, c.relpages DESC, c.oid LIMIT 500`

const mostTables = 8

/**
 * The tables that have grown since the first look, those that grew most first, and no more than a few: a night of looks must not carry every table of a large schema. The control's
 * comes first, however small it is.
 */
function sinceFirst() {
  let first: ReadonlyMap<string, Size> | null = null
  return (now: readonly Size[]): readonly Table[] => {
    first ??= new Map(now.map((size) => [size.id, size]))
    const then = first
    return now
      .map((size) => ({ kind: 'table' as const, ...size, grownRows: size.rows - (then.get(size.id)?.rows ?? 0), grownBytes: size.bytes - (then.get(size.id)?.bytes ?? 0) }))
      .filter(({ grownRows, grownBytes }) => grownRows > 0 || grownBytes > 0)
      .sort((a, b) => Number(isPlanted(b)) - Number(isPlanted(a)) || b.grownBytes - a.grownBytes || b.grownRows - a.grownRows || (a.id < b.id ? -1 : 1))
      .slice(0, mostTables)
  }
}
