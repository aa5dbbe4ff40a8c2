import { radio, select } from '../web/controls.ts'
import type { Form } from '../web/form.ts'
import { html, type Markup } from '../web/html.ts'
import type { Choices } from './choices.ts'
import { LIMITS, PRIORITIES, RESOLUTIONS, TYPES, type Facts } from './fields.ts'
import { actionsOf, type ActionKind, type Standing } from './workflow.ts'

/** Inputs for what people set themselves. */
export const factInputs = (facts: Facts, choices: Choices): Markup => html`<p><label class="wide">Summary <input name="summary" value="${facts.summary}" maxlength="${LIMITS.summary}" required></label></p>
<p><label>Type ${select('type', TYPES, facts.type)}</label>
<label>Priority ${select('priority', PRIORITIES, facts.priority)}</label>
<label>Milestone ${select('milestone', milestoneOptions(choices), facts.milestone)}</label>
<label>Component <input name="component" value="${facts.component}" maxlength="${LIMITS.component}" list="components"></label><datalist id="components">${choices.components.map((component) => html`<option value="${component}"></option>`)}</datalist></p>
`

export const milestoneOptions = ({ milestones }: Choices) => [{ value: '', text: '(none)' }, ...milestones.map(({ name, completed }) => ({ value: name, text: completed ? `${name} (completed)` : name }))]

export const ownerOptions = ({ members }: Choices) => [{ value: '', text: '(nobody)' }, ...members.map(({ login, name }) => ({ value: login, text: `${name} (${login})` }))]

/** What somebody is about to do, as the form has it. */
export type Intent = { readonly action: string; readonly owner: string; readonly resolution: string }

/** What the form has before anybody touches it. */
export const untouched = ({ owner }: Pick<Standing, 'owner'>): Intent => ({ action: 'leave', owner, resolution: RESOLUTIONS[0] })

export function intentFrom(form: Form, ticket: Pick<Standing, 'owner'>): Intent {
  const { action, owner, resolution } = untouched(ticket)
  return { action: form.text('action') || action, owner: form.all('owner')[0] ?? owner, resolution: form.all('resolution')[0] ?? resolution }
}

/** Somebody chose an owner or a resolution and forgot the action that it belongs to. */
export function forgottenAction({ action, owner, resolution }: Intent, ticket: Pick<Standing, 'owner'>): string | null {
  const before = untouched(ticket)
  if (action !== 'reassign' && owner !== before.owner) return `You chose "${owner || '(nobody)'}" as the owner, but not to reassign the ticket. Choose "reassign to" as well, or "${before.owner || '(nobody)'}" again.`
  if (action !== 'resolve' && resolution !== before.resolution) return `You chose "${resolution}", but not to resolve the ticket. Choose "resolve as" as well, or "${before.resolution}" again.`
  return null
}

/** Radio buttons for the actions that the ticket's standing allows. */
export function actionInputs(standing: Standing, intent: Intent, choices: Choices): Markup {
  const words: Readonly<Record<ActionKind, Markup | string>> = {
    leave: html`leave as ${standing.status} ${standing.resolution}`,
    accept: 'accept: it is mine, and assigned',
    reassign: html`reassign to ${select('owner', ownerOptions(choices), intent.owner)}, as new`,
    resolve: html`resolve as ${select('resolution', RESOLUTIONS, intent.resolution)}`,
    reopen: 'reopen',
  }
  return html`<fieldset><legend>Action</legend>${actionsOf(standing).map((action) => html`<p>${radio('action', action, intent.action, words[action])}</p>`)}</fieldset>
`
}
