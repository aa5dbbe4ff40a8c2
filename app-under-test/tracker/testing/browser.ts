import type { Client } from 'pg'
import { formTokenOf, SESSION_COOKIE } from '../drproject/auth/form-token.ts'
import { AUTH_COOKIE, storedCookie } from '../drproject/auth/visitor.ts'
import type { Environment } from '../drproject/environment.ts'
import { dispatch } from '../drproject/web/dispatcher.ts'
import { requestFor } from './visit.ts'

/** What a page answered, its body as text. */
export type Answer = { readonly status: number; readonly text: string; readonly location: string; readonly type: string }

/** Asks the dispatcher in this process, and sends forms with the token that they need. */
export type Browser = {
  readonly get: (url: string) => Promise<Answer>
  readonly post: (url: string, fields: Readonly<Record<string, string>>) => Promise<Answer>
  readonly upload: (url: string, file: File, fields?: Readonly<Record<string, string>>) => Promise<Answer>
}

/** Somebody at a browser, logged in as `login` by a cookie written to the tracker's database, or nobody in particular. */
export async function browserOf(env: Environment, database: Pick<Client, 'query'>, login: string | null): Promise<Browser> {
  const cookies = new Map([[SESSION_COOKIE, 'b'.repeat(32)]])
  if (login !== null) {
    cookies.set(AUTH_COOKIE, `cookie of ${login}`)
    await database.query('INSERT INTO auth_cookie (cookie, login, ipnr, time) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING', [storedCookie(`cookie of ${login}`), login, '127.0.0.1', Math.floor(env.now().getTime() / 1000)])
  }
  const token = /value="(\w+)"/.exec(formTokenOf({ cookies }).field().markup)?.[1] ?? ''

  const ask = async (url: string, changes: Parameters<typeof requestFor>[1] = {}): Promise<Answer> => {
    const { pathname, searchParams } = new URL(url, 'http://localhost:8080')
    const { status, headers, body } = await dispatch(env, requestFor(decodeURIComponent(pathname), { args: searchParams, cookies, ...changes }))
    return { status, text: String(body), location: headers.Location?.replace('http://localhost:8080', '') ?? '', type: headers['Content-Type'] ?? '' }
  }

  return {
    get: (url) => ask(url),
    post: (url, fields) => ask(url, { method: 'POST', contentType: 'application/x-www-form-urlencoded', body: Buffer.from(String(new URLSearchParams({ __token: token, ...fields }))) }),
    upload: async (url, file, fields = {}) => {
      const form = new FormData()
      for (const [name, value] of Object.entries({ __token: token, ...fields })) form.append(name, value)
      form.append('file', file)
      const sent = new Response(form)
      return ask(url, { method: 'POST', contentType: sent.headers.get('Content-Type') ?? '', body: await sent.bytes() })
    },
  }
}
