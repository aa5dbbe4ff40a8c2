import { newestFirst, type Condition, type Order } from '../db/criteria.ts'
import { read } from '../db/read.ts'
import { html, type Markup } from '../web/html.ts'
import { page } from '../web/http.ts'
import { layout } from '../web/layout.ts'
import { plainText } from '../web/plain-text.ts'
import { projectPage } from '../web/project-page.ts'
import { momentOf } from '../web/time.ts'
import { pathIn, type ProjectVisit } from '../web/visit.ts'
import { NO_SUBJECT, threadList } from './archive.ts'
import { ArchivedMessage, MessageHeader, type Header } from './messages.ts'
import { threadsOf } from './threads.ts'

/** `/PROJECT/mail/N`: a mail, its thread, and the mails before and after it. */
export const mailMessage = projectPage({
  path: /\/mail\/(?<id>[1-9]\d{0,8})/,
  answer: async (visit, { id }) => {
    const { env, request, project } = visit
    using messages = await ArchivedMessage.select(env, project.name, Number(id))
    const message = messages[0]
    if (!message) return null
    const thread = await threadWith(visit, message.id)
    const archive = `${request.root}${pathIn(project, 'mail')}?month=${message.time.toISOString().slice(0, 7)}`
    const body = html`<nav class="beside">${await neighbour(visit, 'Previous', { kind: 'until', column: 'id', field: message.id - 1 }, newestFirst('id', 1))} ${await neighbour(visit, 'Next', { kind: 'since', column: 'id', field: message.id + 1 }, { kind: 'order', by: 'id', limit: 1 })} <a href="${archive}">This month</a></nav><h1>${message.subject || NO_SUBJECT}</h1>
<p>From <strong>${message.by[0]?.name ?? message.author}</strong>, ${momentOf(message.time)}</p>
<pre class="mail">${plainText(message.body, `${request.root}${pathIn(project, 'ticket')}`)}</pre>
${thread.length > 1 && html`<h2>Thread</h2>\n${threadsOf(thread).map((part) => threadList(visit, part, message.id))}${thread.length === MOST && html`<p class="note">The first ${MOST} of the thread.</p>\n`}`}`
    return page(layout(visit, { title: message.subject || NO_SUBJECT, body }))
  },
})

async function neighbour({ env, request, project }: ProjectVisit, words: string, where: Condition, order: Order): Promise<Markup | null> {
  using found = await MessageHeader.select(env, project.name, where, order)
  return found[0] ? html`<a href="${request.root}${pathIn(project, 'mail', found[0].id)}">${words}</a>` : null
}

/**
 * From the mail up to what began it all, and from there down again. Answers have higher numbers than what they answer, so both come to an end;
 * PostgreSQL looks no further than the limits ask for.
 */
async function threadWith({ env, project }: ProjectVisit, id: number): Promise<Header[]> {
  const rows = await read(
    env,
    `WITH RECURSIVE
       up AS (SELECT id, reply_to FROM message WHERE project = $1 AND id = $2
              UNION ALL SELECT m.id, m.reply_to FROM message m JOIN up ON m.project = $1 AND m.id = up.reply_to AND m.id < up.id),
       first AS (SELECT min(id) AS id FROM (SELECT id FROM up LIMIT 1000) AS near),
       down AS (SELECT id FROM first
                UNION ALL SELECT m.id FROM message m JOIN down ON m.project = $1 AND m.reply_to = down.id AND m.id > down.id)
     SELECT id, time, author, subject, reply_to FROM message WHERE project = $1 AND id IN (SELECT id FROM down LIMIT ${MOST}) ORDER BY id`,
    [project.name, id],
  )
  return rows.map(([found, time, author, subject, replyTo]) => ({ id: Number(found), time: new Date(Number(time) * 1000), author: String(author), subject: String(subject), reply_to: Number(replyTo) }))
}

const MOST = 200
