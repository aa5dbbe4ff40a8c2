import { transaction, update } from '../db/write.ts'
import type { RowOf } from '../db/record.ts'
import type { RequestHandler } from '../web/dispatcher.ts'
import type { Form } from '../web/form.ts'
import { html, type Markup } from '../web/html.ts'
import { page, redirect } from '../web/http.ts'
import { layout } from '../web/layout.ts'
import type { Visit } from '../web/visit.ts'
import { Account } from './account.ts'
import { attemptOf, forget, secondsToWait } from './attempts.ts'
import { loginPath } from './login-path.ts'
import { logOutElsewhere } from './logins.ts'
import { hashPassword, verifyPassword } from './passwords.ts'

/** `/settings`: one's name, address and password. */
export const settingsModule: RequestHandler = {
  match: (request) => /^\/settings$/.exec(request.path),
  process: async (visit) => {
    const { env, request, visitor, form } = visit
    if (visitor.kind === 'anonymous') return redirect(request, loginPath(request))
    using accounts = await Account.select(env, visitor.login)
    const account = accounts[0]
    if (!account) return null
    if (!form) return page(settingsPage(visit, account))
    if (form.text('what') === 'password') {
      const problem = await changePassword(visit, account, form)
      return problem ? page(settingsPage(visit, account, problem), 400) : redirect(request, '/settings?saved=password')
    }
    const wanted = { name: form.text('name'), email: form.text('email') }
    const problem = problemOf(wanted)
    if (problem) return page(settingsPage(visit, { ...account, ...wanted }, problem), 400)
    await transaction(env, (cnx) => update(cnx, Account, { login: account.login }, wanted))
    return redirect(request, '/settings?saved=person')
  },
}

function problemOf({ name, email }: { readonly name: string; readonly email: string }): string | null {
  if (!/^\P{C}{1,100}$/u.test(name)) return 'A name has 1 to 100 characters, all of them visible.'
  if (email !== '' && !/^[^\s@\p{C}]{1,64}@[^\s@\p{C}]{1,190}$/u.test(email)) return `"${email.slice(0, 100)}" is no e-mail address. Write it like ada@example.edu, or leave it empty.`
  return null
}

/** Null if it is done. Whoever sits at an unlocked browser may not guess here without waiting, as little as at the login. */
async function changePassword(visit: Visit, { login, password }: Account, form: Form): Promise<string | null> {
  const [wanted, again] = [form.text('new'), form.text('again')]
  if (wanted.length < 8 || wanted.length > 200) return `A password has 8 to 200 characters, this one ${wanted.length}.`
  if (wanted !== again) return 'The new password was not the same both times.'
  const attempt = await attemptOf(visit.env, visit.request, login)
  const seconds = await secondsToWait(visit.env, attempt)
  if (seconds > 0) return `That was wrong too often. Please wait ${seconds} s before the next try.`
  if (!(await verifyPassword(form.text('old'), password))) return 'The old password is wrong.'
  await forget(visit.env, attempt)
  const hash = await hashPassword(wanted)
  await transaction(visit.env, (cnx) => update(cnx, Account, { login }, { password: hash }))
  await logOutElsewhere(visit, login)
  return null
}

function settingsPage({ request, token, ...visit }: Visit, { login, name, email }: Pick<Account, 'login' | 'name' | 'email'>, problem?: string): Markup {
  const saved = NOTES.get(request.args.get('saved') ?? '')
  return layout({ request, token, ...visit }, {
    title: 'Settings',
    body: html`<h1>Settings of ${login}</h1>
${problem && html`<p class="problem">${problem}</p>\n`}${saved && html`<p class="note">${saved}</p>\n`}<h2>Person</h2>
<form method="post" action="${request.root}/settings" class="fields">${token.field()}<input type="hidden" name="what" value="person">
<label>Name <input name="name" value="${name}" maxlength="100" autocomplete="name" required></label>
<label>E-mail <input name="email" value="${email}" maxlength="255" autocomplete="email"></label>
<button>Save</button></form>
<h2>Password</h2>
<form method="post" action="${request.root}/settings" class="fields">${token.field()}<input type="hidden" name="what" value="password">
<label>Old password <input name="old" type="password" maxlength="200" autocomplete="current-password" required></label>
<label>New password <input name="new" type="password" minlength="8" maxlength="200" autocomplete="new-password" required></label>
<label>The new one again <input name="again" type="password" minlength="8" maxlength="200" autocomplete="new-password" required></label>
<button>Change</button> <span class="note">This ends your logins in other browsers.</span></form>`,
  })
}

const NOTES: ReadonlyMap<string, string> = new Map([
  ['person', 'Saved.'],
  ['password', 'Your password is changed, and your logins in other browsers have ended.'],
])

type Account = RowOf<typeof Account>
