import { dayOf } from '../web/time.ts'
import { html, type Markup } from '../web/html.ts'
import { queryArgs, queryFor, type Filter } from '../tickets/query/query.ts'
import { pathIn, type ProjectVisit } from '../web/visit.ts'
import { percentOf, progressBar, type Progress } from './progress.ts'

/** When it was, will be, or should have been reached. */
export function stateOf({ due, completed }: { readonly due: Date; readonly completed: Date }, now: Date): Markup {
  if (completed.getTime() > 0) return html`Completed ${dayOf(completed)}`
  if (due.getTime() === 0) return html`No date set`
  const days = Math.floor((now.getTime() - due.getTime()) / DAY_MS)
  if (days < 0) return html`Due ${dayOf(due)}, in ${daysInWords(-days - 1)}`
  return html`<strong class="late">${daysInWords(days)} late</strong> (was due ${dayOf(due)})`
}

const DAY_MS = 86_400_000

const daysInWords = (days: number) => (days === 0 ? 'less than a day' : days === 1 ? '1 day' : `${days} days`)

/** The bar, and what it says in words, each number with the tickets behind it. */
export function milestoneProgress(visit: ProjectVisit, milestone: string, progress: Progress): Markup {
  const { closed, active } = progress
  const link = (count: number, words: string, status: Filter) => html`<a href="${visit.request.root}${ticketsPath(visit, having('milestone', milestone), status)}">${count} ${words}</a>`
  return html`<div class="progress">${progressBar(progress)} <span>${percentOf(closed, closed + active)}</span></div>
<p class="note">Tickets: ${link(closed, 'closed', CLOSED)}, ${link(active, 'active', ACTIVE)}</p>
`
}

/** The address of the tickets for which all of these hold. */
export const ticketsPath = ({ project }: ProjectVisit, ...filters: readonly Filter[]): string => `${pathIn(project, 'query')}?${String(queryArgs(queryFor(...filters)))}`

/** Not closed yet. */
export const ACTIVE: Filter = { column: 'status', mode: 'is not', values: ['closed'] }

const CLOSED: Filter = { column: 'status', mode: 'is', values: ['closed'] }

export const having = (column: Filter['column'], value: string): Filter => ({ column, mode: 'is', values: [value] })
