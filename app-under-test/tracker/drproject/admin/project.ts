import { createHash } from 'node:crypto'
import { transaction, update } from '../db/write.ts'
import { Project, type ProjectRow } from '../model.ts'
import { html } from '../web/html.ts'
import { BadRequest } from '../web/http.ts'
import { sectionPage, type Section } from './section.ts'

/** What the project is called, what it is about, and whether everybody may read it. */
export const projectSection: Section = {
  show: async (visit, problem) => {
    const { project, token, form } = visit
    const shown = form ? { title: form.text('title'), description: form.text('description'), public: form.text('public') === 'on' } : project
    return sectionPage(visit, {
      title: 'Description',
      problem,
      body: html`<form method="post" class="fields">${token.field()}<input type="hidden" name="made_from" value="${digestOf(project)}">
<label>Title <input name="title" value="${shown.title}" maxlength="100" required></label>
<label>Description <textarea name="description" rows="4">
${shown.description}</textarea></label>
<label><input type="checkbox" name="public"${shown.public && html` checked`}> Everybody may read it, and people with a login may open tickets</label>
<button>Save</button></form>`,
    })
  },
  change: async ({ env, project }, form) => {
    const [title, description] = [form.text('title'), form.text('description')]
    if (!/^\P{C}{1,100}$/u.test(title)) throw new BadRequest('A title has 1 to 100 characters, all of them visible.')
    if (description.length > 2000) throw new BadRequest(`A description has at most 2000 characters, this one ${description.length}.`)
    await transaction(env, async (cnx) => {
      const [row] = await cnx.query('SELECT title, description, public FROM project WHERE name = $1 FOR UPDATE', [project.name])
      const [before, text, open] = row ?? []
      if (form.text('made_from') !== digestOf({ title: String(before), description: String(text), public: open === true })) {
        throw new BadRequest(`Somebody has changed this meanwhile: the title is "${String(before)}" now, the description "${String(text)}". Save again to have it your way.`)
      }
      await update(cnx, Project, { name: project.name }, { title, description, public: form.text('public') === 'on' })
    })
  },
}

const digestOf = ({ title, description, public: open }: Pick<ProjectRow, 'title' | 'description' | 'public'>) =>
  createHash('sha256').update(JSON.stringify([title, description, open])).digest('hex').slice(0, 16)
