import { html, type Markup } from '../web/html.ts'
import { pathIn, type ProjectVisit } from '../web/visit.ts'

/** `/PROJECT/browser/PATH?rev=N` and its like. Without a revision: the newest. */
export function sourceHref({ request, project }: ProjectVisit, what: 'browser' | 'log', path: string, rev?: number, more = ''): string {
  const query = [rev === undefined ? '' : `rev=${rev}`, more].filter(Boolean).join('&')
  return `${request.root}${pathIn(project, what, ...(path ? [path] : []))}${query && `?${query}`}`
}

export const changesetLink = ({ request, project }: ProjectVisit, rev: number): Markup => html`<a href="${request.root}${pathIn(project, 'changeset', rev)}">${rev}</a>`

/** Each folder on the way to the path, and the path itself. */
export function pathLinks(visit: ProjectVisit, what: 'browser' | 'log', path: string, rev?: number): Markup {
  const parts = path === '' ? [] : path.split('/')
  const links = parts.map((part, i) => html` / <a href="${sourceHref(visit, what, parts.slice(0, i + 1).join('/'), rev)}">${part}</a>`)
  return html`<a href="${sourceHref(visit, what, '', rev)}">${visit.project.name}</a>${links}`
}

/** The revision to look at instead. */
export const revisionForm = (visit: ProjectVisit, what: 'browser' | 'log', path: string, rev: number): Markup =>
  html`<form class="beside" action="${sourceHref(visit, what, path)}"><label>Revision <input name="rev" size="6" inputmode="numeric" value="${rev}"></label><button>Show</button></form>`
