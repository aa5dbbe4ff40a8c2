// Part of journeys that read pages: runs in k6's own runtime, which is not Node.
import { parseHTML, type Selection } from 'k6/html'
import { encoded, type Entries, type TextFile } from './form-encoding.ts'
import { locationOf } from './location.ts'
import type { Answer, Request } from './request.ts'

/**
 * The request that a browser sends when this page's form for `action` (a path without query) is filled in: all of its fields as they stood,
 * hidden or shown, but for those in `filled`. With a file it goes as `multipart/form-data`. Throws if the page has no such form.
 */
export const submit = (page: Answer, action: string, filled: Fields = {}, file?: TextFile): Pick<Request, 'method' | 'path' | 'body' | 'headers'> => {
  const form = formFor(page, action)
  const { body, type } = encoded(withFilled(entriesIn(form), filled), file)
  return { method: 'POST', path: ledTo(form.attr('action') ?? '', page), body, headers: { 'content-type': type } }
}

/** What the page's form for `action` would send as it stands: names and values. Throws if the page has no such form. */
export const fieldsOf = (page: Answer, action: string): Fields => {
  const fields = new Map<string, string | readonly string[]>()
  for (const [name, value] of entriesIn(formFor(page, action))) fields.set(name, fields.has(name) ? [...listed(fields.get(name)!), value] : value)
  return Object.fromEntries(fields)
}

/** Paths, with their queries, to which the page links within its own site, each once, as far as they match. Links that are not wanted can be left out by `selector`. */
export const linksOf = (page: Answer, matching = /./, selector = 'a[href]'): readonly string[] => {
  const hrefs = parseHTML(page.body).find(selector).toArray().map(link => (link.attr('href') ?? '').split('#')[0]!)
  // What leads to a place of the page itself is no request.
  const own = hrefs.filter(href => href !== '').map(href => ledTo(href, page)).filter(href => /^\/(?!\/)/.test(href))
  return [...new Set(own)].filter(href => matching.test(href))
}

/** Path and query, from wherever on the page's site; of another site, and of one that is named as a whole, the URL as it stands. */
const ledTo = (reference: string, { path }: Answer): string => locationOf(reference, { path, hosts: [] })

/** Several values are those of a select that takes several, or of boxes with one name; to fill in none leaves the name out. */
export type Fields = Readonly<Record<string, string | readonly string[]>>

const listed = (value: string | readonly string[]): readonly string[] => (typeof value === 'string' ? [value] : value)

/** What is filled in goes where its name stood first; what the form has not got, behind the others. */
const withFilled = (stood: Entries, filled: Fields): Entries => {
  const left = new Map(Object.entries(filled))
  const names = new Set(left.keys())
  const valuesOf = (name: string): Entries => {
    const values = listed(left.get(name) ?? []).map(value => [name, value] as const)
    left.delete(name)
    return values
  }
  const inPlace = stood.flatMap(entry => (names.has(entry[0]) ? valuesOf(entry[0]) : [entry]))
  return [...inPlace, ...[...left.keys()].flatMap(valuesOf)]
}

const formFor = (page: Answer, action: string): Selection => {
  const forms = parseHTML(page.body).find('form').toArray()
  const goals = forms.map(one => ledTo(one.attr('action') ?? '', page))
  const form = forms.find((_, i) => goals[i]!.split('?')[0] === action)
  if (form === undefined) throw new Error(`expected a form for ${action} on ${page.path}; its forms are for ${goals.join(', ') || 'nothing'}`)
  return form
}

const entriesIn = (form: Selection): Entries => form.find('input[name], select[name], textarea[name]').toArray().flatMap(sentBy)

const isAble = (option: Selection): boolean => option.attr('disabled') === undefined && !option.parent().is('optgroup[disabled]')

/** Its own word or that of a fieldset around it, whose first legend alone stays as it is (HTML Standard, "Enabling and disabling form controls"). */
const isDisabled = (field: Selection): boolean =>
  field.attr('disabled') !== undefined || field.parents('fieldset[disabled]').size() > field.parents('fieldset[disabled] > legend:first-of-type').size()

/** k6's own `serializeObject` sends text areas still escaped, and leaves out boxes that are ticked. */
const sentBy = (field: Selection): [name: string, value: string][] => {
  const name = field.attr('name') ?? ''
  const has = (attribute: string) => field.attr(attribute) !== undefined
  if (isDisabled(field)) return []
  if (field.is('textarea')) return [[name, field.text()]]
  if (field.is('select')) {
    const [options, marked] = [field.find('option'), field.find('option[selected]')].map(found => found.toArray())
    // Of several that are marked, where one can be chosen, it is the last; a placeholder that cannot be chosen again is sent by nobody (HTML Standard, "The select element").
    const chosen = has('multiple') ? marked! : [marked!.at(-1) ?? options!.find(isAble)]
    return chosen.flatMap(option => (option !== undefined && isAble(option) ? [[name, option.attr('value') ?? option.text()] as [string, string]] : []))
  }
  const type = (field.attr('type') ?? 'text').toLowerCase()
  if (['submit', 'button', 'image', 'reset', 'file'].includes(type)) return []
  if (['checkbox', 'radio'].includes(type)) return has('checked') ? [[name, field.attr('value') ?? 'on']] : []
  return [[name, field.attr('value') ?? '']]
}
