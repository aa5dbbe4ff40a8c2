import { CAPABILITIES } from '../auth/capabilities.ts'
import type { PooledConnection } from '../db/pool.ts'
import { record } from '../db/record.ts'
import { insert, remove } from '../db/write.ts'
import { Permission } from '../model.ts'
import { html } from '../web/html.ts'
import { BadRequest } from '../web/http.ts'
import { govern, sectionPage, type Section } from './section.ts'

/** A role of a project, and what it may do. */
export const Role = record({
  name: 'Role',
  table: 'role',
  key: ['project', 'name'],
  columns: { project: 'text', name: 'text' },
  related: { permissions: (env, role) => Permission.select(env, role.project, role.name) },
})

/** The roles as a table of checkboxes: who has the role may do what is checked. */
export const rolesSection: Section = {
  show: async (visit, problem) => {
    using roles = await Role.select(visit.env, visit.project.name)
    const rows = roles.map(({ name, permissions }, i) => {
      const may = new Set(permissions.map(({ action }) => action))
      const form = `role${i}`
      return html`<tr><th scope="row">${name}<form method="post" id="${form}">${visit.token.field()}<input type="hidden" name="role" value="${name}"><input type="hidden" name="made_from" value="${actionsOf(permissions)}"></form></th>
${boxes(may, form)}<td><button form="${form}" name="action" value="change">Save</button> <button form="${form}" name="action" value="remove">Remove</button></td></tr>
`
    })
    const wanted = visit.form?.text('action') === 'add' ? { name: visit.form.text('role'), may: visit.form.all('may') } : { name: '', may: ['VIEW'] }
    return sectionPage(visit, {
      title: 'Roles',
      problem,
      body: html`<div class="scroll"><table><thead><tr><th>Role</th>${CAPABILITIES.map((capability) => html`<th>${capability}</th>`)}<th></th></tr></thead><tbody>
${rows}<tr><td><form method="post" id="new">${visit.token.field()}<input name="role" form="new" value="${wanted.name}" maxlength="40" size="12" aria-label="Name of the new role" required></form></td>
${boxes(new Set(wanted.may), 'new')}<td><button form="new" name="action" value="add">Add</button></td></tr></tbody></table></div>
<p class="note">Who belongs to the project without VIEW sees nothing of it. Others may read public projects, and open tickets there once they have logged in.</p>`,
    })
  },
  change: async (visit, form) => {
    const [role, action] = [form.text('role'), form.text('action')]
    if (action !== 'add' && action !== 'change' && action !== 'remove') throw new BadRequest('A role can be added, changed or removed.')
    if (!/^\P{C}{1,40}$/u.test(role)) throw new BadRequest('The name of a role has 1 to 40 characters, all of them visible.')
    const key = { project: visit.project.name, role }
    await govern(visit, async (cnx) => {
      const known = await cnx.query('SELECT name FROM role WHERE project = $1 AND name = $2', [key.project, role])
      if (action === 'add') {
        if (known.length > 0) throw new BadRequest(`There is a role "${role}" already.`)
        await insert(cnx, Role, { project: key.project, name: role })
        return await permit(cnx, key, form.all('may'))
      }
      if (known.length === 0) throw new BadRequest(`There is no role "${role}" any more.`)
      const before = await cnx.query('SELECT action FROM permission WHERE project = $1 AND role = $2 ORDER BY action', [key.project, role])
      if (form.text('made_from') !== before.flat().join(' ')) throw new BadRequest(`Somebody has changed "${role}" meanwhile: this is how it is now.`)
      if (action === 'change') {
        await remove(cnx, Permission, key)
        return await permit(cnx, key, form.all('may'))
      }
      const [has] = await cnx.query('SELECT login FROM membership WHERE project = $1 AND role = $2 LIMIT 1', [key.project, role])
      if (has) throw new BadRequest(`"${role}" is what ${String(has[0])} is, and maybe others are: give them another role first.`)
      await remove(cnx, Permission, key)
      await remove(cnx, Role, { project: key.project, name: role })
    })
  },
}

const boxes = (may: ReadonlySet<string>, form: string) =>
  CAPABILITIES.map((capability) => html`<td><input type="checkbox" name="may" value="${capability}" form="${form}" aria-label="${capability}"${may.has(capability) && html` checked`}></td>`)

const actionsOf = (permissions: readonly { readonly action: string }[]) => permissions.map(({ action }) => action).join(' ')

async function permit(cnx: PooledConnection, key: { readonly project: string; readonly role: string }, actions: readonly string[]): Promise<void> {
  for (const action of CAPABILITIES) if (actions.includes(action)) await insert(cnx, Permission, { ...key, action })
}
