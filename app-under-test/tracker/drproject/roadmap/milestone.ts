import { createHash } from 'node:crypto'
import { loginOf } from '../auth/visitor.ts'
import { Milestone } from '../model.ts'
import { choicesOf, type Choices } from '../tickets/choices.ts'
import type { Form } from '../web/form.ts'
import { BadRequest, page, redirect, type Response } from '../web/http.ts'
import { projectPage } from '../web/project-page.ts'
import { dayOf, parseDay } from '../web/time.ts'
import { pathIn, type ProjectVisit } from '../web/visit.ts'
import { isPageName } from '../wiki/page-name.ts'
import { deletePage, editPage, type MilestoneDraft } from './milestone-form.ts'
import { milestonePage } from './milestone-view.ts'
import { changeMilestone, createMilestone, deleteMilestone, type MilestoneFields, type MilestoneRow, type Outcome } from './store.ts'

/** `/PROJECT/milestone/NAME`: a milestone and its tickets; with `action=edit`, `action=delete`, and without a name `action=new`, the forms to change that. */
export const milestoneModule = projectPage({
  path: /\/milestone(?:\/(?<name>.+))?/,
  answer: async (visit, { name }) => {
    const { env, request, project } = visit
    const action = (visit.form?.text('action') ?? request.args.get('action')) || 'view'
    if (!isAction(action)) throw new BadRequest(`action: "${action.slice(0, 40)}" is not possible. Use one of: ${ACTIONS.join(', ')}.`)
    if (action !== 'view') visit.require('MILESTONE_EDIT')
    if (name === undefined) return action === 'new' ? createOrAsk(visit) : redirect(request, pathIn(project, 'roadmap'))

    using milestones = await Milestone.select(env, project.name, name)
    const milestone = milestones[0]
    if (!milestone) return null
    switch (action) {
      case 'view':
      case 'new':
        return page(await milestonePage(visit, milestone))
      case 'edit':
        return changeOrAsk(visit, milestone)
      case 'delete':
        return deleteOrAsk(visit, milestone)
      default:
        return action satisfies never
    }
  },
})

const ACTIONS = ['view', 'new', 'edit', 'delete'] as const

const isAction = (name: string): name is (typeof ACTIONS)[number] => ACTIONS.some((action) => action === name)

async function createOrAsk(visit: ProjectVisit): Promise<Response> {
  const { env, project, form } = visit
  if (!form) return page(await editPage(visit, null, { name: '', due: '', completed: '', description: '', moveTo: '', version: '' }, []))
  const draft = draftOf(form)
  const { fields, problems } = fieldsOf(draft, null, env.now())
  if (problems.length > 0 || form.text('preview')) return page(await editPage(visit, null, draft, problems), problems.length > 0 ? 400 : 200)
  return outcome(visit, await createMilestone(env, project, fields), fields.name, null, draft)
}

async function changeOrAsk(visit: ProjectVisit, milestone: MilestoneRow): Promise<Response> {
  const { env, project, form, request } = visit
  const current = { name: milestone.name, due: dateOf(milestone.due), completed: dateOf(milestone.completed), description: milestone.description, moveTo: nextOf(milestone, await choicesOf(env, project)), version: versionOf(milestone) }
  if (!form) return page(await editPage(visit, milestone, { ...current, completed: current.completed || (request.args.get('completed') ?? '') }, []))
  const draft = draftOf(form)
  if (draft.version !== current.version) return outcome(visit, 'stale', milestone.name, milestone, draft)
  const { fields, problems } = fieldsOf(draft, milestone, env.now())
  const completes = milestone.completed.getTime() === 0 && fields.completed.getTime() > 0
  const all = [...problems, ...(completes ? destinationProblems(milestone, draft.moveTo, await choicesOf(env, project)) : [])]
  if (all.length > 0 || form.text('preview')) return page(await editPage(visit, milestone, draft, all), all.length > 0 ? 400 : 200)
  return outcome(visit, await changeMilestone(env, milestone, fields, { author: loginOf(visit.visitor), openTicketsTo: completes ? draft.moveTo : null }), fields.name, milestone, draft)
}

async function deleteOrAsk(visit: ProjectVisit, milestone: MilestoneRow): Promise<Response> {
  const { env, project, form, request } = visit
  const choices = await choicesOf(env, project)
  if (!form) return page(await deletePage(visit, milestone, { moveTo: nextOf(milestone, choices), version: versionOf(milestone) }, []))
  const draft = draftOf(form)
  const problems = draft.version === versionOf(milestone) ? destinationProblems(milestone, draft.moveTo, choices) : [CHANGED]
  const deleted = problems.length === 0 && (await deleteMilestone(env, milestone, { author: loginOf(visit.visitor), ticketsTo: draft.moveTo })) === 'saved'
  return deleted ? redirect(request, pathIn(project, 'roadmap')) : page(await deletePage(visit, milestone, { moveTo: draft.moveTo, version: versionOf(milestone) }, problems.length > 0 ? problems : [CHANGED]), 409)
}

async function outcome(visit: ProjectVisit, result: Outcome, name: string, milestone: MilestoneRow | null, draft: MilestoneDraft): Promise<Response> {
  switch (result) {
    case 'saved':
      return redirect(visit.request, pathIn(visit.project, 'milestone', name))
    case 'taken':
      return page(await editPage(visit, milestone, draft, [`There is a milestone "${name}" already. Choose another name.`]), 409)
    case 'stale': {
      const version = milestone ? versionOf(milestone) : ''
      return page(await editPage(visit, milestone, { ...draft, version }, [CHANGED]), 409)
    }
    default:
      return result satisfies never
  }
}

const CHANGED = 'Somebody changed this milestone while you were writing, so nothing was saved. Look at what it is now, and send this again.'

const draftOf = (form: Form): MilestoneDraft => ({ name: form.text('name').replaceAll(/\s+/g, ' '), due: form.text('due'), completed: form.text('completed'), description: form.text('description'), moveTo: form.text('move_to'), version: form.text('version') })

function fieldsOf(draft: MilestoneDraft, before: MilestoneRow | null, now: Date): { readonly fields: MilestoneFields; readonly problems: readonly string[] } {
  const due = momentFor(draft.due, before?.due)
  const completed = momentFor(draft.completed, before?.completed)
  const problems = [
    isPageName(draft.name) ? null : `"${draft.name}" cannot be a name. Use 1 to 100 characters, without \\ ? # and without blanks or points alone between slashes.`,
    due ? null : `"${draft.due}" is not a day. Write it as 2006-04-02, or leave it empty.`,
    completed ? null : `"${draft.completed}" is not a day. Write it as 2006-04-02, or leave it empty while it is not completed.`,
    completed && dayOf(completed) > dayOf(now) ? `It cannot have been completed on ${dayOf(completed)}: that is to come.` : null,
    draft.description.length > LONGEST_DESCRIPTION ? `The description has ${draft.description.length} characters; ${LONGEST_DESCRIPTION} is the most.` : null,
  ].filter((problem) => problem !== null)
  const latest = (time: Date) => (time > now ? now : time)
  return { fields: { name: draft.name, due: due ?? NEVER, completed: latest(completed ?? NEVER), description: draft.description }, problems }
}

const LONGEST_DESCRIPTION = 100_000

const NEVER = new Date(0)

const dateOf = (time: Date) => (time.getTime() === 0 ? '' : dayOf(time))

/** The last second of the day, unless the moment that was there before is of the same day. Null if it is no day. */
function momentFor(day: string, before: Date = NEVER): Date | null {
  if (day === dateOf(before)) return before
  if (day === '') return NEVER
  const first = parseDay(day)
  return first && new Date(first.getTime() + 86_399_000)
}

/** Where its tickets would go if nobody said otherwise: to the next that is due. */
const nextOf = ({ name }: MilestoneRow, { milestones }: Choices) => milestones.find((other) => !other.completed && other.name !== name)?.name ?? ''

const destinationProblems = ({ name }: MilestoneRow, to: string, { milestones }: Choices): readonly string[] =>
  to === '' || (to !== name && milestones.some((other) => other.name === to)) ? [] : [`The tickets cannot go to "${to}": choose another milestone, or none.`]

/** Changes with the milestone. */
const versionOf = ({ name, due, completed, description }: MilestoneRow) => createHash('sha256').update(JSON.stringify([name, due, completed, description])).digest('hex').slice(0, 16)
