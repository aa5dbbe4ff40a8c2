import type { Form } from '../web/form.ts'
import type { Choices } from './choices.ts'
import { FACTS, LIMITS, PRIORITIES, TYPES, type Facts } from './fields.ts'

export const factsFrom = (form: Pick<Form, 'text'>): Facts => ({ summary: form.text('summary').replaceAll(/\s+/g, ' '), type: form.text('type'), priority: form.text('priority'), component: form.text('component'), milestone: form.text('milestone') })

/** What is wrong, in words, each with what would do. What the ticket already says may stay, even if nobody could choose it any more. */
export function problemsOf(facts: Facts, choices: Choices, before: Facts | null): readonly string[] {
  const problems = {
    summary: facts.summary === '' ? 'The summary is empty: say in a few words what this is about.' : tooLong('summary', facts.summary),
    type: notAmong('type', facts.type, TYPES),
    priority: notAmong('priority', facts.priority, PRIORITIES),
    component: tooLong('component', facts.component),
    milestone: facts.milestone === '' || choices.milestones.some(({ name }) => name === facts.milestone) ? null : `There is no milestone "${facts.milestone}" (any more).`,
  }
  return FACTS.filter((fact) => facts[fact] !== before?.[fact]).flatMap((fact) => problems[fact] ?? [])
}

export const ownerProblem = (owner: string, { members }: Choices): string | null =>
  owner === '' || members.some(({ login }) => login === owner) ? null : `"${owner}" is no member of this project, so the ticket cannot be theirs.`

export function tooLong(what: keyof typeof LIMITS, text: string): string | null {
  return text.length > LIMITS[what] ? `The ${what} has ${text.length} characters; ${LIMITS[what]} is the most.` : null
}

const notAmong = (what: string, value: string, known: readonly string[]) => (known.includes(value) ? null : `"${value}" is no ${what}. Use one of: ${known.join(', ')}.`)
