import { is, type Order } from '../db/criteria.ts'
import { record } from '../db/record.ts'
import { insert, remove, update } from '../db/write.ts'
import { Membership } from '../model.ts'
import { select } from '../web/controls.ts'
import { html } from '../web/html.ts'
import { BadRequest } from '../web/http.ts'
import { pageAsked, pageOf } from '../web/pager.ts'
import { Role } from './roles.ts'
import { govern, sectionPage, type Section } from './section.ts'

/** Who belongs to the project, and as what. */
export const membersSection: Section = {
  show: async (visit, problem) => {
    const { env, request, project, token, form } = visit
    const asked = pageAsked(request.args, 100)
    const inOrder: Order = { kind: 'order', by: 'login', limit: asked.limit, offset: asked.offset }
    using members = await Member.select(env, is('project', project.name), inOrder)
    using roles = await Role.select(env, project.name)
    const names = roles.map(({ name }) => name)
    const { shown, links } = pageOf(request, asked, members)
    const rows = shown.map(
      ({ login, name, role }) => html`<tr><td>${name}</td><td>${login}</td><td><form method="post">${token.field()}<input type="hidden" name="login" value="${login}"><input type="hidden" name="made_from" value="${role}">
${select('role', names, role)} <button name="action" value="change">Change</button> <button name="action" value="remove">Remove</button></form></td></tr>
`,
    )
    const wanted = form?.text('action') === 'add' ? { login: form.text('login'), role: form.text('role') } : { login: '', role: '' }
    return sectionPage(visit, {
      title: 'Members',
      problem,
      body: html`<div class="scroll"><table><thead><tr><th>Name</th><th>Login</th><th>Role</th></tr></thead><tbody>
${rows}</tbody></table></div>
${links}<h2>Add somebody</h2>
<form method="post">${token.field()}<label>Login <input name="login" value="${wanted.login}" maxlength="100" required></label> <label>Role ${select('role', [NO_ROLE, ...names], wanted.role)}</label> <button name="action" value="add">Add</button></form>`,
    })
  },
  change: async (visit, form) => {
    const [login, role, action] = [form.text('login'), form.text('role'), form.text('action')]
    if (action !== 'add' && action !== 'change' && action !== 'remove') throw new BadRequest('A member can be added, changed or removed.')
    const key = { project: visit.project.name, login }
    await govern(visit, async (cnx) => {
      const [before] = await cnx.query('SELECT role FROM membership WHERE project = $1 AND login = $2', [key.project, login])
      if (action !== 'remove') {
        const [known] = await cnx.query('SELECT 1 FROM role WHERE project = $1 AND name = $2', [key.project, role])
        if (!known) throw new BadRequest(role === '' ? 'Choose a role as well.' : `There is no role "${role.slice(0, 40)}".`)
      }
      if (action === 'add') {
        if (before) throw new BadRequest(`${login} belongs to the project already, as ${String(before[0])}.`)
        const [person] = await cnx.query('SELECT 1 FROM person WHERE login = $1', [login])
        if (!person) throw new BadRequest(`Nobody has the login "${login.slice(0, 100)}".`)
        return await insert(cnx, Membership, { ...key, role })
      }
      if (!before) throw new BadRequest(`${login.slice(0, 100)} does not belong to the project any more.`)
      if (before[0] !== form.text('made_from')) throw new BadRequest(`Somebody has changed the role of ${login} meanwhile: this is how it is now.`)
      await (action === 'change' ? update(cnx, Membership, key, { role }) : remove(cnx, Membership, key))
    })
  },
}

/** Nobody becomes what they become, the administrator least of all, because somebody forgot to choose. */
const NO_ROLE = { value: '', text: '(choose)' }

/** A member with the name, in one statement however many there are. */
const Member = record({
  name: 'Member',
  table: 'membership JOIN person USING (login)',
  key: ['project', 'login'],
  columns: { project: 'text', login: 'text', role: 'text', name: 'text' },
})
