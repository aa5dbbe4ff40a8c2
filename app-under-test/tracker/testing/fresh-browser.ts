import type { Environment } from '../drproject/environment.ts'
import { dispatch } from '../drproject/web/dispatcher.ts'
import type { Response } from '../drproject/web/http.ts'
import { requestFor } from './visit.ts'

/** A browser without a past. It keeps the cookies that it is given, and takes the token of a form from the last page it saw. */
export type FreshBrowser = {
  readonly cookies: Map<string, string>
  readonly get: (url: string) => Promise<Seen>
  readonly post: (url: string, fields: Readonly<Record<string, string | readonly string[]>>) => Promise<Seen>
  /** Looks at the login page and fills it in. */
  readonly logIn: (login: string, password?: string) => Promise<Seen>
}

export type Seen = Response & { readonly text: string; readonly location: string }

export function freshBrowser(env: Environment, { remoteAddress = '192.0.2.1', baseUrl = 'http://localhost:8080', cookies = new Map<string, string>() } = {}): FreshBrowser {
  let token = ''
  const ask = async (url: string, changes: Parameters<typeof requestFor>[1] = {}): Promise<Seen> => {
    const { pathname, searchParams } = new URL(url, baseUrl)
    const response = await dispatch(env, requestFor(decodeURIComponent(pathname), { args: searchParams, cookies, baseUrl, remoteAddress, ...changes }))
    for (const cookie of response.cookies ?? []) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? []
      if (/Max-Age=0/.test(cookie)) cookies.delete(name)
      else cookies.set(name, value)
    }
    const text = String(response.body)
    token = /name="__token" value="(\w+)"/.exec(text)?.[1] ?? token
    return { ...response, text, location: response.headers.Location?.replace(baseUrl, '') ?? '' }
  }
  const post: FreshBrowser['post'] = (url, fields) => {
    const body = new URLSearchParams(Object.entries({ __token: token, ...fields }).flatMap(([name, values]) => [values].flat().map((value) => [name, value] as [string, string])))
    return ask(url, { method: 'POST', contentType: 'application/x-www-form-urlencoded', body: Buffer.from(String(body)) })
  }
  return {
    cookies,
    get: (url) => ask(url),
    post,
    logIn: async (login, password = 'drproject') => {
      await ask('/login')
      return await post('/login', { login, password })
    },
  }
}
