import { randomBytes } from 'node:crypto'
import { insert, remove, transaction } from '../db/write.ts'
import { AuthCookie } from '../model.ts'
import { setCookie } from '../web/cookies.ts'
import type { Visit } from '../web/visit.ts'
import { SESSION_COOKIE } from './form-token.ts'
import { BROWSER_COOKIE, KNOWN_SECONDS, Session } from './sessions.ts'
import { AUTH_COOKIE, LOGIN_SECONDS, storedCookie } from './visitor.ts'

/**
 * Begins a login and returns the cookies that carry it. What the browser had before is worth nothing afterwards: neither a login nor a form's
 * token can be planted on somebody before they log in. Logins that are too old are swept here.
 */
export async function logIn({ env, request }: Visit, login: string): Promise<string[]> {
  const [cookie, browser] = [randomCookie(), randomCookie()]
  const storedBefore = (name: string) => storedCookie(request.cookies.get(name) ?? '')
  await transaction(env, async (cnx) => {
    await remove(cnx, AuthCookie, { cookie: storedBefore(AUTH_COOKIE) })
    await remove(cnx, Session, { sid: storedBefore(BROWSER_COOKIE), login })
    await cnx.query('DELETE FROM auth_cookie WHERE time < $1', [secondsAgo(env.now(), LOGIN_SECONDS)])
    await cnx.query('DELETE FROM session WHERE last_visit < $1', [secondsAgo(env.now(), KNOWN_SECONDS)])
    await insert(cnx, AuthCookie, { cookie: storedCookie(cookie), login, ipnr: request.remoteAddress.slice(0, 100), time: env.now() })
    await insert(cnx, Session, { sid: storedCookie(browser), login, last_visit: env.now() })
  })
  return [setCookie(request, AUTH_COOKIE, cookie, LOGIN_SECONDS), setCookie(request, BROWSER_COOKIE, browser, KNOWN_SECONDS), setCookie(request, SESSION_COOKIE, '', 0)]
}

/** Ends the login that the request came with, and returns the cookies that say so. */
export async function logOut({ env, request }: Visit): Promise<string[]> {
  await transaction(env, (cnx) => remove(cnx, AuthCookie, { cookie: storedCookie(request.cookies.get(AUTH_COOKIE) ?? '') }))
  return [setCookie(request, AUTH_COOKIE, '', 0), setCookie(request, SESSION_COOKIE, '', 0)]
}

/** Ends all logins of the visitor's but this one. */
export const logOutElsewhere = ({ env, request }: Visit, login: string): Promise<unknown> =>
  transaction(env, (cnx) => cnx.query('DELETE FROM auth_cookie WHERE login = $1 AND cookie <> $2', [login, storedCookie(request.cookies.get(AUTH_COOKIE) ?? '')]))

const randomCookie = () => randomBytes(32).toString('base64url')

const secondsAgo = (now: Date, seconds: number) => Math.floor(now.getTime() / 1000) - seconds
