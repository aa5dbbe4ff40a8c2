import type { Capability } from '../auth/capabilities.ts'
import { loginPath } from '../auth/login-path.ts'
import { html, type Markup } from './html.ts'
import { pathIn, type Visit } from './visit.ts'

/** The frame around every page. `head` is for links to feeds. */
export function layout(visit: Visit, { title, head, body }: Page): Markup {
  const { root } = visit.request
  return html`<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title} - DrProject</title><link rel="stylesheet" href="${root}/chrome/drproject.css"><link rel="icon" href="${root}/chrome/drproject.svg">${head}</head>
<body><header><a class="brand" href="${root}/">DrProject</a>${visit.project && html` <a class="project" href="${root}${pathIn(visit.project, 'wiki', 'WikiStart')}">${visit.project.title}</a>`}${account(visit)}</header>
${projectNav(visit)}<main>
${body}
</main></body></html>
`
}

export type Page = { readonly title: string; readonly head?: Markup; readonly body: Markup }

function account({ request, visitor, token }: Visit): Markup {
  const { root } = request
  if (visitor.kind === 'anonymous') return html`<nav class="account"><a href="${root}${loginPath(request)}">Login</a></nav>`
  return html`<nav class="account">${visitor.name} <a href="${root}/settings">Settings</a> <form method="post" action="${root}/logout">${token.field()}<button>Logout</button></form></nav>`
}

function projectNav({ request, project, can }: Visit): Markup | '' {
  if (!project) return ''
  const [, , page = '', of = ''] = request.path.split('/')
  const kind = page === 'attachment' ? of : page
  const links = PROJECT_PAGES.filter(({ needs }) => !needs || can(needs)).map(({ name, parts, below = [] }) => {
    const here = [parts[0], ...below].includes(kind)
    return html`<a href="${request.root}${pathIn(project, ...parts)}"${here ? html` aria-current="page"` : ''}>${name}</a>`
  })
  return html`<nav class="pages">${links}</nav>
`
}

/** `below`: other pages that lie under the same heading. */
const PROJECT_PAGES: readonly { readonly name: string; readonly parts: readonly string[]; readonly below?: readonly string[]; readonly needs?: Capability }[] = [
  { name: 'Wiki', parts: ['wiki', 'WikiStart'] },
  { name: 'Timeline', parts: ['timeline'] },
  { name: 'Roadmap', parts: ['roadmap'], below: ['milestone'] },
  { name: 'Browse source', parts: ['browser'], below: ['log', 'changeset'] },
  { name: 'Tickets', parts: ['query'], below: ['report', 'ticket'] },
  { name: 'New ticket', parts: ['newticket'], needs: 'TICKET_CREATE' },
  { name: 'Mail', parts: ['mail'] },
  { name: 'Search', parts: ['search'] },
  { name: 'Admin', parts: ['admin'], needs: 'PROJECT_ADMIN' },
]
