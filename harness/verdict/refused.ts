import type { Timeline } from '../timeline/timeline.ts'
import { count } from './words.ts'

/** PostgreSQL manual, "PostgreSQL Error Codes": too_many_connections. */
export const tooManyConnections = '53300'

/** What the server's log tells of sessions that it refused, as all of its connections were taken: at most `keptOfEachError` lines. */
export const refusedSessions = ({ serverLog }: Timeline): Timeline['serverLog'] => serverLog.filter(({ sqlstate }) => sqlstate === tooManyConnections)

/** As the end of a sentence on what came of it; nothing where the server had room for all. */
export function refusedWords(timeline: Timeline): string {
  const { length } = refusedSessions(timeline)
  return length > 0 ? `; PostgreSQL refused ${count(length, 'session')}, as all of its connections were taken (${tooManyConnections})` : ''
}
