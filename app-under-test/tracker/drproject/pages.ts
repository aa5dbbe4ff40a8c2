import { Milestone, Project, Ticket, WikiPage } from './model.ts'
import type { RequestHandler } from './web/dispatcher.ts'
import { html } from './web/html.ts'
import { BadRequest, page } from './web/http.ts'
import { layout } from './web/layout.ts'

/** `/`: every project. */
export const projectList: RequestHandler = {
  match: (request) => /^\/$/.exec(request.path),
  process: async (env, request) => {
    using projects = await Project.select(env)
    const items = projects.map(({ name, title, description }) => html`<dt><a href="${request.root}/${encodeURIComponent(name)}/wiki/WikiStart">${title}</a></dt><dd>${description}</dd>\n`)
    return page(layout(request, { title: 'Projects', body: html`<h1>Projects</h1><dl>${items}</dl>` }))
  },
}

/** `/PROJECT/wiki/NAME`: a page's newest version, or the one asked for. */
export const wikiModule: RequestHandler = {
  match: (request) => /^\/(?<project>[^/]+)(?:\/(?:wiki(?:\/(?<name>.*))?)?)?$/.exec(request.path),
  process: async (env, request, match) => {
    const { project = '', name } = match.groups ?? {}
    const version = request.args.get('version')
    if (version && !/^\d{1,9}$/.test(version)) throw new BadRequest('version: not a number.')
    using versions = await WikiPage.select(env, project, name || 'WikiStart', ...(version ? [Number(version)] : []))
    const shown = versions.at(-1)
    if (!shown) return null
    const body = html`<h1>${shown.name}</h1><pre>${shown.text}</pre><p>Version ${shown.version} by ${shown.author}, ${shown.time.toISOString().slice(0, 16).replace('T', ' ')}</p>`
    return page(layout(request, { title: shown.name, project, body }))
  },
}

/** `/PROJECT/ticket/N`: a ticket and everything that was changed in it. */
export const ticketModule: RequestHandler = {
  match: (request) => /^\/(?<project>[^/]+)\/ticket\/(?<id>\d{1,9})$/.exec(request.path),
  process: async (env, request, match) => {
    const { project = '', id } = match.groups ?? {}
    using tickets = await Ticket.select(env, project, Number(id))
    const ticket = tickets[0]
    if (!ticket) return null
    const facts = [['Status', `${ticket.status} ${ticket.resolution}`], ['Type', ticket.type], ['Priority', ticket.priority], ['Component', ticket.component], ['Milestone', ticket.milestone], ['Owner', ticket.owner], ['Reporter', ticket.by[0]?.name ?? ticket.reporter]] as const
    const changes = ticket.changes.map(
      (change) => html`<dt>${change.time.toISOString().slice(0, 16).replace('T', ' ')} ${change.by[0]?.name ?? change.author}</dt><dd>${change.field === 'comment' ? change.newvalue : `${change.field}: ${change.oldvalue} -> ${change.newvalue}`}</dd>\n`,
    )
    const body = html`<h1>#${ticket.id}: ${ticket.summary}</h1><table>${facts.map(([fact, value]) => html`<tr><th>${fact}</th><td>${value}</td></tr>`)}</table>
<p>${ticket.description}</p><h2>Changes</h2><dl>${changes}</dl>`
    return page(layout(request, { title: `#${ticket.id}`, project, body }))
  },
}

/** `/PROJECT/roadmap`: the milestones, and when they were or will be due. */
export const roadmapModule: RequestHandler = {
  match: (request) => /^\/(?<project>[^/]+)\/roadmap$/.exec(request.path),
  process: async (env, request, match) => {
    const { project = '' } = match.groups ?? {}
    using projects = await Project.select(env, project)
    if (!projects[0]) return null
    using milestones = await Milestone.select(env, project)
    const items = milestones.map(({ name, due, completed, description }) => {
      const state = completed.getTime() > 0 ? `completed ${completed.toISOString().slice(0, 10)}` : `due ${due.toISOString().slice(0, 10)}`
      return html`<dt>${name}, ${state}</dt><dd>${description}</dd>\n`
    })
    return page(layout(request, { title: 'Roadmap', project, body: html`<h1>Roadmap</h1><dl>${items}</dl>` }))
  },
}
