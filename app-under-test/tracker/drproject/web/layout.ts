import { html, type Markup } from './html.ts'
import type { Request } from './http.ts'

/** The frame around every page. `head` is for links to feeds. */
export function layout(request: Request, { title, project, head, body }: Page): Markup {
  const pages = project ? html`${PROJECT_PAGES.map((name) => html` <a href="${request.root}/${encodeURIComponent(project)}/${name}">${name.split('/')[0]}</a>`)}` : ''
  return html`<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>${title} - DrProject</title><style>${{ markup: STYLE }}</style>${head}</head>
<body><nav><a href="${request.root}/">projects</a>${pages}</nav>
${body}
</body></html>
`
}

export type Page = { readonly title: string; readonly project?: string; readonly head?: Markup; readonly body: Markup }

const PROJECT_PAGES = ['wiki/WikiStart', 'timeline', 'roadmap']

const STYLE = `body{font:14px/1.5 Verdana,Arial,sans-serif;margin:1em auto;max-width:60em;padding:0 1em;color:#111}nav{border-bottom:1px solid #bbb;margin-bottom:1em}
nav a{margin-right:.7em}a{color:#b00}dt{margin-top:.4em}dd{margin-left:2em;color:#555}pre{white-space:pre-wrap;background:#f7f7f7;padding:.5em}
table{border-collapse:collapse}td,th{border:1px solid #d7d7d7;padding:.2em .6em;text-align:left}.problem{border:1px solid #c00;background:#fee;padding:.5em}`
