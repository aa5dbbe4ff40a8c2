import { feed } from '../web/feed.ts'
import { html, type Markup } from '../web/html.ts'
import type { Response } from '../web/http.ts'
import { layout } from '../web/layout.ts'
import { plainText } from '../web/plain-text.ts'
import { dayOf } from '../web/time.ts'
import type { ProjectVisit } from '../web/visit.ts'
import type { TimelineEvent } from './events.ts'
import { FILTERS, type Filter, type TimelineQuery } from './window.ts'

/** Events by day, newest day first, below the form that asks for other days. */
export function timelinePage(visit: ProjectVisit, events: readonly TimelineEvent[], query: TimelineQuery, failed: readonly Filter[]): Markup {
  const { request, project } = visit
  const base = `${request.root}/${encodeURIComponent(project.name)}`
  const days = Map.groupBy(events, (event) => Math.floor(event.time.getTime() / DAY_MS))
  return layout(visit, {
    title: `Timeline of ${project.title}`,
    head: html`<link rel="alternate" type="application/rss+xml" title="RSS feed" href="${base}/timeline?daysback=90&max=50&format=rss">`,
    body: html`<h1>Timeline</h1>
${failed.map((filter) => html`<p class="problem">The ${filter} events could not be gathered. What happened is in the log.</p>\n`)}<form action="${base}/timeline">From <input name="from" size="10" value="${dayOf(query.window.stop)}"> and <input name="daysback" size="4" value="${query.daysBack}"> days back
${FILTERS.map((filter) => html`<label><input type="checkbox" name="${filter}"${query.filters.has(filter) ? html` checked` : ''}> ${filter.replace('_', ' ')}</label> `)}
<input type="submit" name="update" value="Update"></form>
${[...days].map(([day, ofDay]) => html`<h2>${dayOf(new Date(day * DAY_MS))}</h2>
<dl>${ofDay.map((event) => html`<dt class="${event.kind}">${timeOf(event.time)} <a href="${base}/${event.path}">${event.title}</a>${event.author && ` by ${event.author}`}</dt>
<dd>${plainText(event.message, `${base}/ticket`)}</dd>
`)}</dl>
`)}<p>${events.length} events from ${dayOf(query.window.start)} to ${dayOf(query.window.stop)}. <a href="${base}/timeline?daysback=90&max=50&format=rss">RSS feed</a></p>`,
  })
}

export function timelineFeed({ request, project }: ProjectVisit, events: readonly TimelineEvent[], query: TimelineQuery): Response {
  const base = `${request.baseUrl}/${encodeURIComponent(project.name)}`
  return feed(request, {
    title: `${project.title}: timeline`,
    link: `${base}/timeline`,
    description: `What happened in ${project.title} in the ${query.daysBack} days before ${dayOf(query.window.stop)}`,
    items: events.map(({ path, title, time, author, kind, message }) => ({ title, link: `${base}/${path}`, guid: `${base}/${path}@${time.getTime() / 1000}`, time, author, category: kind, description: plainText(message, `${base}/ticket`).markup })),
  })
}

const timeOf = (time: Date) => time.toISOString().slice(11, 16)

const DAY_MS = 86_400_000
