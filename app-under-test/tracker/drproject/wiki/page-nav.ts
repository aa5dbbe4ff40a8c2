import { html, type Markup } from '../web/html.ts'
import { pathIn, type ProjectVisit } from '../web/visit.ts'
import { TITLE_INDEX } from './place.ts'

export const pagePath = ({ request, project }: ProjectVisit, name: string): string => request.root + pathIn(project, 'wiki', name)

/** What else can be seen of a page, or done with it. */
export function pageNav(visit: ProjectVisit, name: string, here: 'view' | 'edit' | 'history' | 'diff' | 'missing' | 'index'): Markup {
  const path = pagePath(visit, name)
  const [exists, there] = [here !== 'missing' && here !== 'index', here !== 'view' && here !== 'missing' && here !== 'index']
  const links = [
    there && html`<a href="${path}">View</a>`,
    exists && here !== 'edit' && visit.can('WIKI_EDIT') && html`<a href="${path}?action=edit">Edit</a>`,
    exists && here !== 'history' && html`<a href="${path}?action=history">History</a>`,
    here !== 'index' && html`<a href="${pagePath(visit, TITLE_INDEX)}">Index</a>`,
  ]
  return html`<nav class="beside">${links}</nav>
`
}
