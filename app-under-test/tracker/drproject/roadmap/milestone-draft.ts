import { createHash } from 'node:crypto'
import type { Choices } from '../tickets/choices.ts'
import type { Form } from '../web/form.ts'
import { dayOf, parseDay } from '../web/time.ts'
import { isPageName } from '../wiki/page-name.ts'
import type { MilestoneFields, MilestoneRow } from './store.ts'

/** What the form holds, days as they are typed; `version` is that of the milestone it was made from. */
export type MilestoneDraft = { readonly name: string; readonly due: string; readonly completed: string; readonly description: string; readonly moveTo: string; readonly version: string }

/** What a milestone is, as its form shows it first. */
export const draftFrom = (milestone: MilestoneRow, choices: Choices, completed = ''): MilestoneDraft => ({
  name: milestone.name,
  due: dateOf(milestone.due),
  completed: dateOf(milestone.completed) || completed,
  description: milestone.description,
  moveTo: nextOf(milestone, choices),
  version: versionOf(milestone),
})

/** What was sent. */
export const draftOf = (form: Form): MilestoneDraft => ({ name: form.text('name').replaceAll(/\s+/g, ' '), due: form.text('due'), completed: form.text('completed'), description: form.text('description'), moveTo: form.text('move_to'), version: form.text('version') })

/** What the milestone would be, and what is wrong with that. */
export function fieldsOf(draft: MilestoneDraft, before: MilestoneRow | null, now: Date): { readonly fields: MilestoneFields; readonly problems: readonly string[] } {
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

export const destinationProblems = ({ name }: MilestoneRow, to: string, { milestones }: Choices): readonly string[] =>
  to === '' || (to !== name && milestones.some((other) => other.name === to)) ? [] : [`The tickets cannot go to "${to}": choose another milestone, or none.`]

/** Changes with the milestone. */
export const versionOf = ({ name, due, completed, description }: MilestoneRow) => createHash('sha256').update(JSON.stringify([name, due, completed, description])).digest('hex').slice(0, 16)
