import { loginOf } from '../auth/visitor.ts'
import { Milestone } from '../model.ts'
import { choicesOf } from '../tickets/choices.ts'
import { BadRequest, page, redirect, type Response } from '../web/http.ts'
import { projectPage } from '../web/project-page.ts'
import { pathIn, type ProjectVisit } from '../web/visit.ts'
import { destinationProblems, draftFrom, draftOf, fieldsOf, versionOf, type MilestoneDraft } from './milestone-draft.ts'
import { deletePage, editPage } from './milestone-form.ts'
import { milestonePage } from './milestone-view.ts'
import { changeMilestone, createMilestone, deleteMilestone, type MilestoneFields, type MilestoneRow } from './store.ts'

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
    if (!milestone) return visit.form && action === 'edit' ? await staleForm(visit, null, draftOf(visit.form)) : null
    switch (action) {
      case 'view':
      case 'new':
        return page(await milestonePage(visit, milestone))
      case 'edit':
        return await changeOrAsk(visit, milestone)
      case 'delete':
        return await deleteOrAsk(visit, milestone)
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
  return (await createMilestone(env, project, fields)) === 'saved' ? saved(visit, fields) : page(await editPage(visit, null, draft, [taken(fields)]), 409)
}

async function changeOrAsk(visit: ProjectVisit, milestone: MilestoneRow): Promise<Response> {
  const { env, project, form, request } = visit
  const choices = await choicesOf(env, project)
  if (!form) return page(await editPage(visit, milestone, draftFrom(milestone, choices, request.args.get('completed') ?? ''), []))
  const draft = draftOf(form)
  if (draft.version !== versionOf(milestone)) return staleForm(visit, milestone, draft)

  const { fields, problems } = fieldsOf(draft, milestone, env.now())
  const completes = milestone.completed.getTime() === 0 && fields.completed.getTime() > 0
  const all = [...problems, ...(completes ? destinationProblems(milestone, draft.moveTo, choices) : [])]
  if (all.length > 0 || form.text('preview')) return page(await editPage(visit, milestone, draft, all), all.length > 0 ? 400 : 200)
  const outcome = await changeMilestone(env, milestone, fields, { author: loginOf(visit.visitor), openTicketsTo: completes ? draft.moveTo : null })
  switch (outcome) {
    case 'saved':
      return saved(visit, fields)
    case 'taken':
      return page(await editPage(visit, milestone, draft, [taken(fields)]), 409)
    case 'stale': {
      using now = await Milestone.select(env, project.name, milestone.name)
      return await staleForm(visit, now[0] ?? null, draft)
    }
    default:
      return outcome satisfies never
  }
}

async function deleteOrAsk(visit: ProjectVisit, milestone: MilestoneRow): Promise<Response> {
  const { env, project, form, request } = visit
  const choices = await choicesOf(env, project)
  const version = versionOf(milestone)
  if (!form) return page(await deletePage(visit, milestone, draftFrom(milestone, choices), []))
  const draft = draftOf(form)
  const problems = draft.version === version ? destinationProblems(milestone, draft.moveTo, choices) : [CHANGED]
  if (problems.length > 0) return page(await deletePage(visit, milestone, { ...draft, version }, problems), 409)
  const outcome = await deleteMilestone(env, milestone, { author: loginOf(visit.visitor), ticketsTo: draft.moveTo })
  return redirect(request, outcome === 'saved' ? pathIn(project, 'roadmap') : `${pathIn(project, 'milestone', milestone.name)}?action=delete`)
}

const saved = ({ request, project }: ProjectVisit, { name }: MilestoneFields) => redirect(request, pathIn(project, 'milestone', name))

const taken = ({ name }: MilestoneFields) => `There is a milestone "${name}" already. Choose another name.`

/** What was written stays in the form, beside the milestone as it is now; null: it is not there any more, and the form makes it anew. */
async function staleForm(visit: ProjectVisit, milestone: MilestoneRow | null, draft: MilestoneDraft): Promise<Response> {
  return page(await editPage(visit, milestone, { ...draft, version: milestone ? versionOf(milestone) : '' }, [milestone ? CHANGED : GONE], 'beside what it is now'), 409)
}

const CHANGED = 'Somebody changed this milestone while you were writing, so nothing was saved. Look at what it is now, and send this again.'

const GONE = 'Somebody deleted or renamed this milestone while you were writing, so nothing was saved. Send this again to make it anew.'
