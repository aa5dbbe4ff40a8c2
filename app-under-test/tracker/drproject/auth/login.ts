import type { RequestHandler } from '../web/dispatcher.ts'
import { html, type Markup } from '../web/html.ts'
import { page, redirect, type Response } from '../web/http.ts'
import { layout } from '../web/layout.ts'
import type { Visit } from '../web/visit.ts'
import { Account } from './account.ts'
import { attemptOf, forget, secondsToWait } from './attempts.ts'
import { safePath } from './login-path.ts'
import { logIn, logOut } from './logins.ts'
import { verifyPassword } from './passwords.ts'

/** `/login`: who are you? Whether a login exists is told neither by the answer nor by the time that it takes. */
export const loginModule: RequestHandler = {
  match: (request) => /^\/login$/.exec(request.path),
  process: async (visit) => {
    const { env, request, form } = visit
    if (!form) return page(loginPage(visit, { next: safePath(request.args.get('next')) }))

    const [login, next] = [form.text('login'), safePath(form.text('next'))]
    const attempt = await attemptOf(env, request, login)
    const seconds = await secondsToWait(env, attempt)
    if (seconds > 0) return tooMany(visit, login, next, seconds)
    using accounts = await Account.select(env, login)
    const right = await verifyPassword(form.text('password'), accounts[0]?.password ?? '')
    if (!right) return page(loginPage(visit, { login, next, problem: 'The login or the password is wrong.' }), 403)
    await forget(env, attempt)
    return redirect(request, next, await logIn(visit, login))
  },
}

/** `/logout`, by POST alone: a link or an image must not log anybody out. */
export const logoutModule: RequestHandler = {
  match: (request) => (request.method === 'POST' ? /^\/logout$/.exec(request.path) : null),
  process: async (visit) => redirect(visit.request, '/', await logOut(visit)),
}

function tooMany(visit: Visit, login: string, next: string, seconds: number): Response {
  const answer = page(loginPage(visit, { login, next, problem: `That was wrong too often. Please wait ${seconds} ${seconds === 1 ? 'second' : 'seconds'} before the next try.` }), 429)
  return { ...answer, headers: { ...answer.headers, 'Retry-After': String(seconds) } }
}

function loginPage(visit: Visit, { login = '', next, problem }: { readonly login?: string; readonly next: string; readonly problem?: string }): Markup {
  const { request, visitor, token } = visit
  return layout(visit, {
    title: 'Login',
    body: html`<h1>Login</h1>
${visitor.kind === 'person' && html`<p>You are logged in as ${visitor.name} (${visitor.login}).</p>\n`}${problem && html`<p class="problem">${problem}</p>\n`}<form method="post" action="${request.root}/login" class="fields">${token.field()}<input type="hidden" name="next" value="${next}">
<label>Login <input name="login" value="${login}" maxlength="100" autocomplete="username" required autofocus></label>
<label>Password <input name="password" type="password" maxlength="200" autocomplete="current-password" required></label>
<button>Log in</button></form>`,
  })
}
