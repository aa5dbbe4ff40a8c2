import { read } from '../db/read.ts'
import { html, type Markup } from '../web/html.ts'
import { page } from '../web/http.ts'
import { layout } from '../web/layout.ts'
import { pageAsked, pageOf } from '../web/pager.ts'
import { projectPage } from '../web/project-page.ts'
import { pathIn, type ProjectVisit } from '../web/visit.ts'
import { wikiToHtml, type Place } from '../wiki/markup.ts'
import { placeOf } from '../wiki/place.ts'
import { ACTIVE, having, milestoneProgress, stateOf, ticketsPath } from './milestones.ts'
import { NOTHING, progressOfMilestones, type Progress } from './progress.ts'

/** `/PROJECT/roadmap`: the milestones and how far they are, those to come first; `?show=open` only those. */
export const roadmapModule = projectPage({
  path: /\/roadmap/,
  answer: async (visit) => {
    const { env, request, project } = visit
    const onlyOpen = request.args.get('show') === 'open'
    const asked = pageAsked(request.args, MILESTONES_A_PAGE)
    const rows = await read(env, onlyOpen ? OPEN : ALL, [project.name, asked.limit, asked.offset])
    const { shown, links } = pageOf(request, asked, rows.map(([name, due, completed, description]) => ({ name: String(name), due: timeOf(due), completed: timeOf(completed), description: String(description) })))
    const progress = await progressOfMilestones(env, project)
    const place = await placeOf(visit, ...shown.map(({ description }) => description))
    const path = request.root + pathIn(project, 'roadmap')
    const body = html`<h1>Roadmap</h1>
<p class="links">${onlyOpen ? html`<a href="${path}">Show completed milestones too</a>` : html`<a href="${path}?show=open">Hide completed milestones</a>`}${visit.can('MILESTONE_EDIT') && html` <a href="${request.root}${pathIn(project, 'milestone')}?action=new">New milestone</a>`}</p>
${shown.length === 0 && html`<p>There are no${onlyOpen && ' open'} milestones.</p>`}${shown.map((milestone) => milestoneArticle(visit, milestone, progress.get(milestone.name) ?? NOTHING, place))}${links}${without(visit, progress.get(''))}`
    return page(layout(visit, { title: 'Roadmap', body }))
  },
})

type Milestone = { readonly name: string; readonly due: Date; readonly completed: Date; readonly description: string }

const MILESTONES_A_PAGE = 20

/** Next due first, those without a date after them, then the completed ones, the last one first. */
const statement = (condition: string) => `SELECT name, due, completed, description FROM milestone WHERE project = $1${condition} ORDER BY completed > 0, completed = 0 AND due = 0, completed DESC, due, name LIMIT $2 OFFSET $3`
const ALL = statement('')
const OPEN = statement(' AND completed = 0')

const timeOf = (seconds: unknown) => new Date(1000 * Number(seconds))

const milestoneArticle = (visit: ProjectVisit, milestone: Milestone, progress: Progress, place: Place): Markup => html`<article class="milestone">
<h2>Milestone: <a href="${visit.request.root}${pathIn(visit.project, 'milestone', milestone.name)}">${milestone.name}</a></h2>
<p>${stateOf(milestone, visit.env.now())}</p>
${milestoneProgress(visit, milestone.name, progress)}<div class="wikitext">${wikiToHtml(milestone.description, place)}</div></article>
`

const without = (visit: ProjectVisit, progress: Progress | undefined): Markup | undefined =>
  progress && html`<p class="note">Besides, <a href="${visit.request.root}${ticketsPath(visit, having('milestone', ''), ACTIVE)}">${progress.active} active tickets</a> have no milestone.</p>\n`
