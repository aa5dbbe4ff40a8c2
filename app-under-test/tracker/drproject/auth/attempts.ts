import { transaction } from '../db/write.ts'
import type { Environment } from '../environment.ts'
import type { Request } from '../web/http.ts'
import { BROWSER_COOKIE, Session } from './sessions.ts'
import { storedCookie } from './visitor.ts'

/**
 * Counts a try at somebody's password before it is looked at, so that tries at the same moment count too. The first five are free; then
 * each has to wait, at most four minutes. Tries are counted for each login by the network they come from, and a browser that has logged in
 * as this login before is counted alone: nobody's tries keep another out for long, and none keep out who is known (OWASP, "Device cookies").
 * Returns the seconds to wait, or 0: go ahead.
 */
export async function secondsToWait(env: Environment, { login, whence }: Attempt): Promise<number> {
  return await transaction(env, async (cnx) => {
    const [counted] = await cnx.query(
      `INSERT INTO login_attempt AS known (login, whence, attempts, time) VALUES ($1, $2, 1, ${NOW})
       ON CONFLICT (login, whence) DO UPDATE SET attempts = known.attempts + 1, time = excluded.time WHERE excluded.time >= known.time + ${WAIT} RETURNING 1`,
      [login, whence],
    )
    if (counted) return 0
    const [[seconds] = [1]] = await cnx.query(`SELECT greatest(known.time + ${WAIT} - ${NOW}, 1) FROM login_attempt AS known WHERE login = $1 AND whence = $2`, [login, whence])
    return Number(seconds)
  })
}

/** The password was right. */
export const forget = (env: Environment, { login, whence }: Attempt): Promise<unknown> =>
  transaction(env, (cnx) => cnx.query(`DELETE FROM login_attempt WHERE (login = $1 AND whence = $2) OR time < ${NOW} - 86400`, [login, whence]))

/** Whose password was tried, and by whom. */
export type Attempt = { readonly login: string; readonly whence: string }

export async function attemptOf(env: Environment, request: Pick<Request, 'cookies' | 'remoteAddress'>, name: string): Promise<Attempt> {
  const login = name.slice(0, 100)
  const browser = request.cookies.get(BROWSER_COOKIE)
  if (browser) {
    using sessions = await Session.select(env, storedCookie(browser))
    if (sessions[0]?.login === login) return { login, whence: `browser ${sessions[0].sid}` }
  }
  return { login, whence: `network ${networkOf(request.remoteAddress)}` }
}

/** An IPv4 address, or the half of an IPv6 address that its holder cannot choose. */
export function networkOf(address: string): string {
  const plain = address.toLowerCase().replace(/^::ffff:(?=\d+\.)/, '').replace(/%.*$/, '')
  if (!plain.includes(':')) return plain
  const [head = [], tail] = plain.split('::').map((half) => half.split(':').filter(Boolean))
  const zeros = tail ? Array.from({ length: Math.max(8 - head.length - tail.length, 0) }, () => '0') : []
  return `${[...head, ...zeros, ...(tail ?? [])].slice(0, 4).map((group) => group.replace(/^0+(?=.)/, '')).join(':')}::/64`
}

/** The database's clock: one for all processes, and one that goes on where TRACKER_NOW stops the tracker's. */
const NOW = 'extract(epoch FROM now())::integer'

const WAIT = 'CASE WHEN known.attempts < 5 THEN 0 ELSE (2 ^ least(known.attempts - 3, 8))::integer END'
