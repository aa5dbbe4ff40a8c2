import { choicesOf } from '../tickets/choices.ts'
import { milestoneOptions } from '../tickets/form.ts'
import { problemList, select } from '../web/controls.ts'
import { html, type Markup } from '../web/html.ts'
import { layout } from '../web/layout.ts'
import { pathIn, type ProjectVisit } from '../web/visit.ts'
import { wikiToHtml } from '../wiki/markup.ts'
import { placeOf } from '../wiki/place.ts'
import type { MilestoneDraft } from './milestone-draft.ts'
import { stateOf } from './milestones.ts'
import { NOTHING, progressOfMilestones } from './progress.ts'
import type { MilestoneRow } from './store.ts'

/** The form for a new milestone, or for one that is there; if that has changed under the form, beside what it is now. */
export async function editPage(visit: ProjectVisit, milestone: MilestoneRow | null, draft: MilestoneDraft, problems: readonly string[], shown: 'alone' | 'beside what it is now' = 'alone'): Promise<Markup> {
  const title = milestone ? `Edit milestone ${milestone.name}` : 'New milestone'
  const preview = visit.form?.text('preview') && problems.length === 0 && html`<section class="preview"><h2>Preview: nothing is saved yet</h2><div class="wikitext">${wikiToHtml(draft.description, await placeOf(visit, draft.description))}</div></section>\n`
  const destination = milestone && milestone.completed.getTime() === 0 && html`<p><label>When it is completed, its ${await ticketsIn(visit, milestone, 'open')} go on to ${await destinations(visit, milestone, draft.moveTo)}</label></p>\n`
  const body = html`<h1>${title}</h1>
${problemList(problems)}${preview}${milestone && shown === 'beside what it is now' && (await current(visit, milestone))}<form method="post" action="${pathOf(visit, milestone)}" class="change">${visit.token.field()}<input type="hidden" name="action" value="${milestone ? 'edit' : 'new'}"><input type="hidden" name="version" value="${draft.version}">
<p><label class="wide">Name <input name="name" value="${draft.name}" maxlength="100" required></label></p>
<p><label>Due <input type="date" name="due" value="${draft.due}"></label> <label>Completed <input type="date" name="completed" value="${draft.completed}"></label></p>
${destination}<p><label>Description (wiki text)<textarea name="description" rows="10">
${draft.description}</textarea></label></p>
<p><button name="preview" value="1">Preview</button> <button>${milestone ? 'Save changes' : 'Create milestone'}</button></p></form>
`
  return layout(visit, { title, body })
}

const current = async (visit: ProjectVisit, milestone: MilestoneRow): Promise<Markup> => html`<section class="preview"><h2>As it is now: ${milestone.name}</h2><p>${stateOf(milestone, visit.env.now())}</p><div class="wikitext">${wikiToHtml(milestone.description, await placeOf(visit, milestone.description))}</div></section>
`

/** Asks whether it is meant, and where the tickets go. */
export async function deletePage(visit: ProjectVisit, milestone: MilestoneRow, draft: Pick<MilestoneDraft, 'moveTo' | 'version'>, problems: readonly string[]): Promise<Markup> {
  const title = `Delete milestone ${milestone.name}`
  const body = html`<h1>${title}</h1>
${problemList(problems)}<form method="post" action="${pathOf(visit, milestone)}">${visit.token.field()}<input type="hidden" name="action" value="delete"><input type="hidden" name="version" value="${draft.version}">
<p><label>Its ${await ticketsIn(visit, milestone, 'all')} go on to ${await destinations(visit, milestone, draft.moveTo)}</label></p>
<p><button>Delete milestone</button> <a href="${pathOf(visit, milestone)}">Keep it</a></p></form>
`
  return layout(visit, { title, body })
}

const pathOf = ({ request, project }: ProjectVisit, milestone: MilestoneRow | null) => request.root + pathIn(project, 'milestone', ...(milestone ? [milestone.name] : []))

async function ticketsIn({ env, project }: ProjectVisit, { name }: MilestoneRow, which: 'open' | 'all'): Promise<string> {
  const { closed, active } = (await progressOfMilestones(env, project)).get(name) ?? NOTHING
  return which === 'open' ? `${active} open tickets` : `${closed + active} tickets`
}

async function destinations({ env, project }: ProjectVisit, { name }: MilestoneRow, chosen: string): Promise<Markup> {
  const options = milestoneOptions(await choicesOf(env, project))
  return select('move_to', options.filter(({ value }) => value !== name), chosen)
}
