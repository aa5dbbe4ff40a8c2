import { Milestone } from '../model.ts'
import { html } from '../web/html.ts'
import { page } from '../web/http.ts'
import { layout } from '../web/layout.ts'
import { projectPage } from '../web/project-page.ts'

/** `/PROJECT/roadmap`: the milestones, and when they were or will be due. */
export const roadmapModule = projectPage({
  path: /\/roadmap/,
  answer: async (visit) => {
    using milestones = await Milestone.select(visit.env, visit.project.name)
    const items = milestones.map(({ name, due, completed, description }) => {
      const state = completed.getTime() > 0 ? `completed ${completed.toISOString().slice(0, 10)}` : `due ${due.toISOString().slice(0, 10)}`
      return html`<dt>${name}, ${state}</dt><dd>${description}</dd>\n`
    })
    return page(layout(visit, { title: 'Roadmap', body: html`<h1>Roadmap</h1><dl>${items}</dl>` }))
  },
})
