import { stripVTControlCharacters } from 'node:util'
import type { PoolCleanup } from '../../timeline/entry.ts'
import { cleanups } from '../../timeline/pool-cleanups.ts'
import { redact } from '../../timeline/redact.ts'
import { cleanupIn } from '../cleanup-in.ts'
import { growingFile } from '../growing-file.ts'
import type { Probe } from '../probe.ts'

/**
 * The application's output and its own log, as they grow, for what its pools say. A pool that rolls back what came back open heals a mistake before any look could see it. A log that cannot
 * be read is counted, and blinds nobody: no verdict rests on it.
 */
export default {
  name: 'application-log',
  watches: "the application's own log: what its pools had to clean up after requests",
  open: async ({ appLogs }, { say }) => {
    const logs = openLogs(appLogs, say)
    return {
      beat: async (signal) => (await logs.catchUp(signal), { 'app.pool-cleanups': logs.cleanups() }),
      look: async (signal) => {
        await logs.catchUp(signal)
        return { counters: { 'app.pool-cleanups': logs.cleanups(), 'app.unread-logs': logs.unread() }, members: [] }
      },
      [Symbol.asyncDispose]: async () => {},
    }
  },
} satisfies Probe

const chunkBytes = 1 << 20
/** A line of no end is read by its beginning. */
const longestLineBytes = 64 * 1024
/** A pool repeats itself: so many lines are recorded of each kind, and all are counted. */
const linesTold = 20
const longestLineTold = 500

const sought = Object.values(cleanups).map(({ words }) => Buffer.from(words))

/** Reads these files on from where they were left, whenever `catchUp` is called. It rejects only when `signal` aborts. */
export function openLogs(paths: readonly string[], say: (happening: PoolCleanup) => void) {
  const heard = hearPools(say)
  const logs = paths.map((path) => ({ readOn: growingFile(path), rest: Buffer.alloc(0), isUnread: false }))
  let reading = Promise.resolve()

  const readOn = async (log: (typeof logs)[number], signal: AbortSignal) => {
    for (let more = true; more; ) {
      signal.throwIfAborted()
      const chunk = await log.readOn(chunkBytes).catch(() => null)
      log.isUnread = chunk === null
      more = chunk?.length === chunkBytes
      // Bytes, not text: a chunk may end inside a character as well as inside a line.
      const bytes = Buffer.concat([log.rest, chunk ?? Buffer.alloc(0)])
      const end = bytes.lastIndexOf(10) + 1
      log.rest = bytes.subarray(end, end + longestLineBytes)
      for (const line of linesWithPools(bytes.subarray(0, end))) heard.hear(line)
    }
  }

  return {
    cleanups: heard.count,
    unread: () => logs.filter(({ isUnread }) => isUnread).length,
    // One after the other: a beat and a look at the same time would both read from the same place.
    catchUp: (signal: AbortSignal): Promise<void> =>
      (reading = reading.catch(() => {}).then(async () => {
        for (const log of logs) await readOn(log, signal)
      })),
  }
}

/** The lines that may be a pool's, once each. Most logs have none among ten thousand: the bytes are searched, not each line. */
function linesWithPools(bytes: Buffer): readonly string[] {
  const starts = new Set<number>()
  for (const words of sought) for (let at = bytes.indexOf(words); at !== -1; at = bytes.indexOf(words, at + 1)) starts.add(bytes.lastIndexOf(10, at) + 1)
  return [...starts].sort((a, b) => a - b).map((start) => bytes.toString('utf8', start, bytes.indexOf(10, start)))
}

/** Counts what pools say. What one says twice, to its logger and as a warning of Python's, counts once: the two may go to different files, in any order, or one of them nowhere. */
function hearPools(say: (happening: PoolCleanup) => void) {
  const said = new Map<string, { logged: number; warned: number }>()
  const times = ({ logged, warned }: { readonly logged: number; readonly warned: number }) => Math.max(logged, warned)
  return {
    count: () => [...said.values()].reduce((sum, one) => sum + times(one), 0),
    hear: (line: string): void => {
      const heard = cleanupIn(line)
      if (heard === null) return
      const one = said.get(heard.cleanup) ?? { logged: 0, warned: 0 }
      const before = times(one)
      one[heard.asWarning ? 'warned' : 'logged'] += 1
      said.set(heard.cleanup, one)
      if (times(one) > before && before < linesTold) say({ kind: 'pool-cleanup', cleanup: heard.cleanup, line: redact(stripVTControlCharacters(line)).trim().slice(0, longestLineTold) })
    },
  }
}
