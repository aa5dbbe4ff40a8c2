import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Form } from '../web/form.ts'
import { html, type Markup } from '../web/html.ts'
import { Forbidden, type Request } from '../web/http.ts'
import { AUTH_COOKIE } from './visitor.ts'

/** The browser's session, logged in or not: a random cookie, given when the first form is shown. */
export const SESSION_COOKIE = 'drproject_session'

/**
 * What a form must send along to be ours: derived from a cookie that no other site can read (OWASP, "Cross-Site Request Forgery
 * Prevention", double submit), and from the login, so that who can plant a cookie on somebody still has no form of theirs.
 * `minted` is the cookie to set if this page was the browser's first with a form.
 */
export type FormToken = { readonly field: () => Markup; readonly check: (form: Form) => void; readonly minted: () => string | null }

export function formTokenOf(request: Pick<Request, 'cookies'>): FormToken {
  const cookie = request.cookies.get(SESSION_COOKIE)
  const held = cookie && /^[0-9a-f]{32}$/.test(cookie) ? cookie : null
  const login = request.cookies.get(AUTH_COOKIE) ?? ''
  let fresh: string | null = null
  return {
    field: () => html`<input type="hidden" name="__token" value="${tokenOf(held ?? (fresh ??= randomBytes(16).toString('hex')), login)}">`,
    check: (form) => {
      const [sent, ours] = [Buffer.from(form.text('__token')), Buffer.from(held ? tokenOf(held, login) : '')]
      if (held && sent.length === ours.length && timingSafeEqual(sent, ours)) return
      throw new Forbidden('This form is too old, or does not come from here. Load its page again, and send it once more.')
    },
    minted: () => fresh,
  }
}

const tokenOf = (session: string, login: string) => createHash('sha256').update(`form ${session} ${login}`).digest('hex')
