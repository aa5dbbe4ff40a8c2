import type { Timeline } from '../timeline/timeline.ts'

/** PostgreSQL manual, "PostgreSQL Error Codes": too_many_connections. */
export const tooManyConnections = '53300'

/** What the server's log tells of sessions that it refused, as all of its connections were taken: at most `keptOfEachError` lines. */
export const refusedSessions = ({ serverLog }: Timeline): Timeline['serverLog'] => serverLog.filter(({ sqlstate }) => sqlstate === tooManyConnections)
