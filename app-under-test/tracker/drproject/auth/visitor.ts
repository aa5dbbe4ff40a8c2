import { createHash } from 'node:crypto'
import type { Environment } from '../environment.ts'
import { AuthCookie, User } from '../model.ts'
import type { Request } from '../web/http.ts'

/** Who asks. */
export type Visitor = { readonly kind: 'anonymous' } | { readonly kind: 'person'; readonly login: string; readonly name: string }

/** Who is logged in has it. */
export const AUTH_COOKIE = 'drproject_auth'

export const LOGIN_SECONDS = 30 * 86_400

/** Nobody in particular, unless the request has the cookie of a login that still counts. Asks the database only if there is a cookie. */
export async function visitorOf(env: Environment, request: Pick<Request, 'cookies'>): Promise<Visitor> {
  const cookie = request.cookies.get(AUTH_COOKIE)
  if (!cookie) return { kind: 'anonymous' }
  using logins = await AuthCookie.select(env, storedCookie(cookie))
  const login = logins[0]
  if (!login || env.now().getTime() - login.time.getTime() > LOGIN_SECONDS * 1000) return { kind: 'anonymous' }
  using people = await User.select(env, login.login)
  return people[0] ? { kind: 'person', login: people[0].login, name: people[0].name } : { kind: 'anonymous' }
}

/** Who reads the table must not be able to log in with it. */
export const storedCookie = (cookie: string) => createHash('sha256').update(cookie).digest('hex')

/** Whom changes are ascribed to. */
export const loginOf = (visitor: Visitor): string => (visitor.kind === 'person' ? visitor.login : 'anonymous')
