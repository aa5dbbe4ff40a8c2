import { record } from '../db/record.ts'

/** Browsers that have logged in, and as whom. They prove nothing: who is known may try passwords without waiting for strangers. */
export const Session = record({
  name: 'Session',
  table: 'session',
  key: ['sid'],
  columns: { sid: 'text', login: 'text', last_visit: 'time' },
})

export const BROWSER_COOKIE = 'drproject_browser'

/** How long a browser is remembered. */
export const KNOWN_SECONDS = 365 * 86_400
