import { during } from '../db/criteria.ts'
import { read } from '../db/read.ts'
import { shorten } from '../shorten.ts'
import { html, type Markup } from '../web/html.ts'
import { BadRequest, page } from '../web/http.ts'
import { layout } from '../web/layout.ts'
import { pageAsked, pageOf } from '../web/pager.ts'
import { projectPage } from '../web/project-page.ts'
import { momentOf } from '../web/time.ts'
import { pathIn, type ProjectVisit } from '../web/visit.ts'
import { MessageHeader } from './messages.ts'
import { threadsOf, type Thread } from './threads.ts'

/** `/PROJECT/mail`: the mailing list's archive, a month at a time (the newest, or `month=2006-03`), as threads, the newest first. */
export const mailArchive = projectPage({
  path: /\/mail/,
  answer: async (visit) => {
    const { env, request, project } = visit
    const months = await monthsWithMail(visit)
    const month = request.args.get('month') || (months[0]?.name ?? '')
    const asked = pageAsked(request.args, 50)
    using headers = await MessageHeader.select(env, project.name, during('time', spanOf(month)))
    const { shown, links } = pageOf(request, asked, threadsOf(headers).toReversed().slice(asked.offset, asked.offset + asked.limit))
    const body = html`<h1>Mail archive</h1>
<p>${months.map(({ name, count }) => html`<a href="?month=${name}"${name === month && html` aria-current="page"`}>${name}</a> <span class="note">${count}</span> `)}</p>
${month && html`<h2>${month}</h2>\n`}${shown.length === 0 ? html`<p>There is no mail here.</p>\n` : shown.map((thread) => threadList(visit, thread))}${links}`
    return page(layout(visit, { title: `Mail of ${project.title}`, body }))
  },
})

/** Mails below what they answer; `current` is the one that is open. */
export const threadList = ({ request, project }: ProjectVisit, thread: Thread, current?: number): Markup => html`<ul class="thread">
${thread.map(({ header: { id, subject, author, time }, depth }) => {
  const link = id === current ? html`<strong>${subject || NO_SUBJECT}</strong>` : html`<a href="${request.root}${pathIn(project, 'mail', id)}">${subject || NO_SUBJECT}</a>`
  return html`<li class="reply${Math.min(depth, DEEPEST)}">${link} <span class="note">${author}, ${momentOf(time)}</span></li>\n`
})}</ul>
`

export const NO_SUBJECT = '(no subject)'

/** Answers to answers are moved in; from some depth on, a narrow window has no room for more. */
const DEEPEST = 8

async function monthsWithMail({ env, project }: ProjectVisit): Promise<{ readonly name: string; readonly count: number }[]> {
  const rows = await read(env, "SELECT to_char(to_timestamp(time) AT TIME ZONE 'UTC', 'YYYY-MM') AS month, count(*)::integer FROM message WHERE project = $1 GROUP BY month ORDER BY month DESC", [project.name])
  return rows.map(([name, count]) => ({ name: String(name), count: Number(count) }))
}

function spanOf(month: string): { readonly start: Date; readonly stop: Date } {
  if (month === '') return { start: new Date(0), stop: new Date(0) }
  const [, year, number] = /^(19[7-9]\d|20[0-3]\d)-(0[1-9]|1[0-2])$/.exec(month)?.map(Number) ?? []
  if (year === undefined || number === undefined) throw new BadRequest(`month: "${shorten(month)}" is not a month from 1970 to 2039. Write it like 2006-03.`)
  return { start: new Date(Date.UTC(year, number - 1, 1)), stop: new Date(Date.UTC(year, number, 1) - 1) }
}
