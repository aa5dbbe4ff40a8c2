import { html, type Markup } from './html.ts'
import { pathIn, type Visit } from './visit.ts'

/** The frame around every page. `head` is for links to feeds. */
export function layout(visit: Visit, { title, head, body }: Page): Markup {
  const { root } = visit.request
  return html`<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title} - DrProject</title><link rel="stylesheet" href="${root}/chrome/drproject.css">${head}</head>
<body><header><a class="brand" href="${root}/">DrProject</a>${visit.project && html` <a class="project" href="${root}${pathIn(visit.project, 'wiki', 'WikiStart')}">${visit.project.title}</a>`}${account(visit)}</header>
${projectNav(visit)}<main>
${body}
</main></body></html>
`
}

export type Page = { readonly title: string; readonly head?: Markup; readonly body: Markup }

function account({ request: { root }, visitor, token }: Visit): Markup {
  if (visitor.kind === 'anonymous') return html`<nav class="account"><a href="${root}/login">Login</a></nav>`
  return html`<nav class="account">${visitor.name} <a href="${root}/settings">Settings</a> <form method="post" action="${root}/logout">${token.field()}<button>Logout</button></form></nav>`
}

function projectNav({ request, project }: Visit): Markup | '' {
  if (!project) return ''
  const links = PROJECT_PAGES.map(([name, ...parts]) => {
    const here = request.path.split('/')[2] === parts[0]
    return html`<a href="${request.root}${pathIn(project, ...parts)}"${here ? html` aria-current="page"` : ''}>${name}</a>`
  })
  return html`<nav class="pages">${links}</nav>
`
}

const PROJECT_PAGES = [
  ['Wiki', 'wiki', 'WikiStart'],
  ['Timeline', 'timeline'],
  ['Roadmap', 'roadmap'],
  ['Browse source', 'browser'],
  ['Tickets', 'query'],
  ['New ticket', 'newticket'],
  ['Mail', 'mail'],
  ['Search', 'search'],
  ['Admin', 'admin'],
] as const
