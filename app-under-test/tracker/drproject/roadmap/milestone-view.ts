import { select } from '../web/controls.ts'
import { html, type Markup } from '../web/html.ts'
import { BadRequest } from '../web/http.ts'
import { layout } from '../web/layout.ts'
import { dayOf } from '../web/time.ts'
import { pathIn, type ProjectVisit } from '../web/visit.ts'
import { wikiToHtml } from '../wiki/markup.ts'
import { placeOf } from '../wiki/place.ts'
import { having, milestoneProgress, stateOf, ticketsPath } from './milestones.ts'
import { PARTS, progressBar, progressWithin, type Part, type Progress } from './progress.ts'
import type { MilestoneRow } from './store.ts'

/** A milestone, how far it is, and by whom or in what part; `?by=owner` and so on. */
export async function milestonePage(visit: ProjectVisit, milestone: MilestoneRow): Promise<Markup> {
  const { env, request, project } = visit
  const part = partNamed(request.args.get('by') || 'component')
  const parts = [...(await progressWithin(env, project, milestone.name, part))]
  const whole = parts.reduce((sum, [, { closed, active }]) => ({ closed: sum.closed + closed, active: sum.active + active }), { closed: 0, active: 0 })
  const path = request.root + pathIn(project, 'milestone', milestone.name)
  const body = html`<h1>Milestone ${milestone.name}</h1>
<p>${stateOf(milestone, env.now())}</p>
${milestoneProgress(visit, milestone.name, whole)}<div class="wikitext">${wikiToHtml(milestone.description, await placeOf(visit, milestone.description))}</div>
<h2>Tickets by ${part}</h2>
<form action="${path}"><p><label>By ${select('by', PARTS, part)}</label> <button>Show</button></p></form>
<table class="bars">${parts.map(([value, progress]) => partRow(visit, milestone, part, value, progress))}</table>
${visit.can('MILESTONE_EDIT') && html`<p class="links"><a href="${path}?action=edit">Edit</a>${milestone.completed.getTime() === 0 && html` <a href="${path}?action=edit&amp;completed=${dayOf(env.now())}">Complete</a>`} <a href="${path}?action=delete">Delete</a></p>\n`}`
  return layout(visit, { title: `Milestone ${milestone.name}`, body })
}

function partNamed(name: string): Part {
  const part = PARTS.find((known) => known === name)
  if (!part) throw new BadRequest(`by: "${name.slice(0, 40)}" is not possible. Use one of: ${PARTS.join(', ')}.`)
  return part
}

function partRow(visit: ProjectVisit, { name }: MilestoneRow, part: Part, value: string, progress: Progress): Markup {
  const { closed, active } = progress
  return html`<tr><th scope="row"><a href="${visit.request.root}${ticketsPath(visit, having('milestone', name), having(part, value))}">${value || '(none)'}</a></th><td class="bar">${progressBar(progress)}</td><td class="number">${closed} of ${closed + active}</td></tr>\n`
}
