import { WikiPage } from '../model.ts'
import { html } from '../web/html.ts'
import { BadRequest, page } from '../web/http.ts'
import { layout } from '../web/layout.ts'
import { projectPage } from '../web/project-page.ts'

/** `/PROJECT/wiki/NAME`: a page's newest version, or the one asked for. */
export const wikiModule = projectPage({
  path: /(?:\/(?:wiki(?:\/(?<name>.*))?)?)?/,
  answer: async (visit, { name }) => {
    const version = visit.request.args.get('version')
    if (version && !/^\d{1,9}$/.test(version)) throw new BadRequest('version: not a number.')
    using versions = await WikiPage.select(visit.env, visit.project.name, name || 'WikiStart', ...(version ? [Number(version)] : []))
    const shown = versions.at(-1)
    if (!shown) return null
    const body = html`<h1>${shown.name}</h1><pre>${shown.text}</pre><p>Version ${shown.version} by ${shown.author}, ${shown.time.toISOString().slice(0, 16).replace('T', ' ')}</p>`
    return page(layout(visit, { title: shown.name, body }))
  },
})
