import { createReadStream } from 'node:fs'
import { buffer } from 'node:stream/consumers'
import { diskFull } from '../../timeline/disk-full.ts'
import type { ServerLog } from '../../timeline/entry.ts'
import { serverTimeouts } from '../../timeline/server-timeouts.ts'
import { monitorName, openMonitor, type Monitor } from '../monitor.ts'
import type { Probe } from '../probe.ts'

/**
 * The second ledger: sessions opened and closed as the server itself logged them (log_connections, log_disconnections, jsonlog),
 * and its errors. Read through SQL, so it is the same for a server in a container, in a folder, or far away.
 */
export default {
  name: 'postgres-log',
  watches: "PostgreSQL's own log: sessions opened and closed, errors by SQLSTATE",
  open: async (stack, { signal, say }) => {
    await using opened = new AsyncDisposableStack()
    const monitor = opened.use(await openMonitor(stack.database.adminUri, 'log'))
    const [where] = await monitor.query<{ file: string | null }>("SELECT pg_current_logfile('jsonlog') AS file", [], signal)
    if (!where?.file) {
      throw new Error('PostgreSQL writes no jsonlog, so its sessions cannot be counted twice: start it with logging_collector=on and log_destination=jsonlog')
    }
    const ledger = openLedger(monitor, where.file, say)
    const session = opened.move()
    const catchUp = (signal: AbortSignal) =>
      ledger.catchUp(signal).catch(async (cause: Error) => {
        if (monitor.isLost()) await ledger.lastWords(stack.database.logFile)
        throw cause
      })
    return {
      beat: async (signal) => (await catchUp(signal), ledger.counters()),
      look: async (signal) => {
        await catchUp(signal)
        return { counters: ledger.counters(), members: ledger.open() }
      },
      [Symbol.asyncDispose]: () => session.disposeAsync(),
    }
  },
} satisfies Probe

const chunkBytes = 1 << 20
/** A server in trouble repeats itself: this many lines are recorded of each SQLSTATE, and all are counted. */
const errorsTold = 200

/** Reads the server's log on from where it was left, whenever `catchUp` is called, and counts its sessions and errors. `catchUp` rejects when the log cannot be read, or was cut. */
export function openLedger(monitor: Pick<Monitor, 'query'>, file: string, say: (happening: ServerLog) => void) {
  const open = new Map<string, number>()
  let offset = 0
  let rest = Buffer.alloc(0)
  let opened = 0
  let closed = 0
  let errors = 0
  let ended = 0
  const inStatistics = sessionsInStatistics()
  const told = new Map<string, number>()
  let reading = Promise.resolve()

  const tell = ({ pid, error_severity, state_code, message, detail }: LogLine): void => say({ kind: 'server-log', pid, severity: error_severity, sqlstate: state_code ?? '', message: (processDied.test(message) && detail ? `${message}; ${detail}` : message).slice(0, 500) })

  const read = (line: LogLine) => {
    const id = sessionId(line)
    inStatistics.read(id, line)
    if (/^(?:replication )?connection authorized/.test(line.message) && !line.message.includes(`application_name=${monitorName}`)) {
      opened += 1
      open.set(id, line.pid)
    }
    // A session refused after its authorization (53300) ends with FATAL and logs no disconnection.
    if ((line.message.startsWith('disconnection:') || line.error_severity === 'FATAL') && open.delete(id)) closed += 1
    if (['ERROR', 'FATAL', 'PANIC'].includes(line.error_severity)) {
      errors += 1
      const sqlstate = line.state_code ?? ''
      if (sqlstate in serverTimeouts) ended += 1
      told.set(sqlstate, (told.get(sqlstate) ?? 0) + 1)
      if ((told.get(sqlstate) ?? 0) <= errorsTold) tell(line)
    }
  }

  const readOn = async (signal: AbortSignal) => {
    for (let more = true; more; ) {
      const [row] = await monitor.query<{ chunk: Buffer; size: string }>('SELECT pg_read_binary_file($1, $2, $3) AS chunk, (pg_stat_file($1)).size', [file, offset, chunkBytes], signal)
      // Danger: if an emptied log was read on at the old place, it would look as if nothing happened.
      if (row !== undefined && Number(row.size) < offset) throw new Error(`the server's log was cut: it had ${offset} bytes and has ${row.size}`)
      const chunk = row?.chunk ?? Buffer.alloc(0)
      offset += chunk.length
      more = chunk.length === chunkBytes
      // Bytes, not text: a chunk may end inside a character as well as inside a line.
      const bytes = Buffer.concat([rest, chunk])
      const end = bytes.lastIndexOf(10) + 1
      rest = bytes.subarray(end)
      for (const line of bytes.toString('utf8', 0, end).split('\n')) if (line !== '') read(JSON.parse(line))
    }
  }

  const readLast = async (logFile: string) => {
    const start = offset - rest.length
    const bytes = await buffer(createReadStream(logFile, { start })).catch(() => Buffer.alloc(0))
    const end = bytes.lastIndexOf(10) + 1
    offset = start + end
    rest = Buffer.alloc(0)
    for (const text of bytes.toString('utf8', 0, end).split('\n')) {
      const line = lineIn(text)
      if (line !== null && tellsWhyGone(line)) tell(line)
    }
  }

  return {
    counters: () => ({ 'log.opened': opened, 'log.closed': closed, 'log.live': open.size, 'log.errors': errors, 'log.sessions-ended': ended, 'log.sessions': inStatistics.count() }),
    open: () => [...open].map(([id, pid]) => ({ kind: 'logged-session' as const, id, pid })),
    /** For when no session reads the log any more: tells from its file why the server has gone, where it says so. Counts nothing, since nobody watches any more. A file that cannot be read tells nothing. */
    lastWords: (logFile: string): Promise<void> => (reading = reading.catch(() => {}).then(() => readLast(logFile))),
    // One after the other: a beat and a look at the same time would both read from the same place, count it twice and miss what comes next.
    catchUp: (signal: AbortSignal): Promise<void> => (reading = reading.catch(() => {}).then(() => readOn(signal))),
  }
}

/**
 * The sessions that pg_stat_database counts too, the monitor's among them: all but those that replicate, and those that were authorized and then refused before their first command.
 * Such a session ends with FATAL and without a disconnection; any other that fails logs both.
 */
function sessionsInStatistics() {
  const begun = new Set<string>()
  const failed = new Set<string>()
  let count = 0
  return {
    count: () => count,
    read: (id: string, { message, error_severity }: LogLine): void => {
      if (message.startsWith('connection authorized')) {
        begun.add(id)
        count += 1
      } else if (error_severity === 'FATAL' && begun.delete(id)) {
        failed.add(id)
        count -= 1
      } else if (message.startsWith('disconnection:')) {
        begun.delete(id)
        if (failed.delete(id)) count += 1
      }
    },
  }
}

/** The fields of jsonlog that are read here: PostgreSQL manual, "Using JSON-Format Log Output". */
type LogLine = { readonly pid: number; readonly session_id: string; readonly error_severity: string; readonly state_code?: string; readonly message: string; readonly detail?: string }

/** As PostgreSQL logs of a process of its own that died, upon which it ends all others and starts anew: LogChildExit() in its postmaster.c. */
const processDied = /\(PID \d+\) was terminated by (?:signal|exception) /

const tellsWhyGone = ({ error_severity, state_code, message }: LogLine): boolean => error_severity === 'PANIC' || state_code === diskFull || processDied.test(message)

/** null for one that the server could not write whole. */
function lineIn(text: string): LogLine | null {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/** session_id is `<start of the backend in hexadecimal epoch seconds>.<pid in hexadecimal>`. */
const sessionId = (line: LogLine) => `${line.pid}@${Number.parseInt(line.session_id, 16)}`
