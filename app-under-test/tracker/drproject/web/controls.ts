import { html, type Markup } from './html.ts'

export type Option = { readonly value: string; readonly text?: string }

/** A list to choose one from. What is chosen is offered even if it is no option (any more). */
export function select(name: string, options: readonly (Option | string)[], chosen: string): Markup {
  const offered = options.map((option) => (typeof option === 'string' ? { value: option } : option))
  const all = offered.some(({ value }) => value === chosen) ? offered : [...offered, { value: chosen }]
  return html`<select name="${name}">${all.map(({ value, text = value }: Option) => html`<option value="${value}"${value === chosen ? CHOSEN : ''}>${text}</option>`)}</select>`
}

export const radio = (name: string, value: string, chosen: string, text: Markup | string): Markup => html`<label><input type="radio" name="${name}" value="${value}"${value === chosen ? CHECKED : ''}> ${text}</label>`

export const checkbox = (name: string, value: string, checked: boolean, text: Markup | string): Markup => html`<label><input type="checkbox" name="${name}" value="${value}"${checked ? CHECKED : ''}> ${text}</label>`

/** What is wrong with a form that was sent, above the form that still holds it all. */
export const problemList = (problems: readonly string[]): Markup => html`${problems.map((problem) => html`<p class="problem">${problem}</p>\n`)}`

const CHOSEN = html` selected`
const CHECKED = html` checked`
