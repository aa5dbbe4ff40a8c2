// Part of journeys that read pages: runs in k6's own runtime, which is not Node.
import { parseHTML, type Selection } from 'k6/html'
import type { Answer, Request } from './request.ts'

/**
 * The request that a browser sends when this page's form for `action` (a path without query) is filled in: all of its fields as they stood,
 * hidden or shown, but for those in `filled`. With a file it goes as `multipart/form-data`. Throws if the page has no such form.
 */
export const submit = (page: Answer, action: string, filled: Fields = {}, file?: TextFile): Pick<Request, 'method' | 'path' | 'body' | 'headers'> => {
  const form = formFor(page, action)
  // Browsers send line ends as the network has them (HTML Standard, "Constructing the entry list").
  const fields = Object.entries({ ...fieldsIn(form), ...filled }).map(([name, value]) => [name, value.replace(/\r?\n/g, '\r\n')] as const)
  const { body, type } = file === undefined ? urlEncoded(fields) : multipart(fields, file)
  return { method: 'POST', path: (form.attr('action') ?? page.path).split('#')[0]!, body, headers: { 'content-type': type } }
}

/** What the page's form for `action` would send as it stands: names and values. Throws if the page has no such form. */
export const fieldsOf = (page: Answer, action: string): Fields => fieldsIn(formFor(page, action))

/** Paths, with their queries, to which the page links within its own site, each once, as far as they match. Links that are not wanted can be left out by `selector`. */
export const linksOf = ({ path, body }: Answer, matching = /./, selector = 'a[href]'): readonly string[] => {
  const hrefs = parseHTML(body).find(selector).toArray().map(link => (link.attr('href') ?? '').split('#')[0]!)
  const own = hrefs.flatMap(href => (href.startsWith('?') ? path.split('?')[0] + href : /^\/(?!\/)/.test(href) ? href : []))
  return [...new Set(own)].filter(href => matching.test(href))
}

export type Fields = Readonly<Record<string, string>>

/** `field` is the name of the form's file input. */
export type TextFile = { readonly field: string; readonly name: string; readonly text: string }

const formFor = ({ path, body }: Answer, action: string): Selection => {
  const forms = parseHTML(body).find('form').toArray()
  const form = forms.find(one => (one.attr('action') ?? path).split(/[?#]/)[0] === action)
  if (form === undefined) throw new Error(`expected a form for ${action} on ${path}; its forms are for ${forms.map(one => one.attr('action') ?? path).join(', ') || 'nothing'}`)
  return form
}

const fieldsIn = (form: Selection): Fields => Object.fromEntries(form.find('input[name], select[name], textarea[name]').toArray().flatMap(sentBy))

/** k6's own `serializeObject` sends text areas still escaped, and leaves out boxes that are ticked. */
const sentBy = (field: Selection): [name: string, value: string][] => {
  const name = field.attr('name') ?? ''
  const has = (attribute: string) => field.attr(attribute) !== undefined
  if (has('disabled')) return []
  if (field.is('textarea')) return [[name, field.text()]]
  if (field.is('select')) {
    const marked = field.find('option[selected]')
    const option = marked.size() > 0 ? marked.first() : field.find('option').first()
    return option.size() === 0 ? [] : [[name, option.attr('value') ?? option.text()]]
  }
  const type = field.attr('type') ?? 'text'
  if (['submit', 'button', 'image', 'reset', 'file'].includes(type)) return []
  if (['checkbox', 'radio'].includes(type)) return has('checked') ? [[name, field.attr('value') ?? 'on']] : []
  return [[name, field.attr('value') ?? '']]
}

type Entries = readonly (readonly [name: string, value: string])[]

const urlEncoded = (fields: Entries) => ({
  type: 'application/x-www-form-urlencoded',
  body: fields.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`).join('&'),
})

const multipart = (fields: Entries, { field, name: filename, text }: TextFile) => {
  const parts = [
    ...fields.map(([name, value]) => `Content-Disposition: form-data; name="${name}"\r\n\r\n${value}`),
    `Content-Disposition: form-data; name="${field}"; filename="${filename}"\r\nContent-Type: text/plain\r\n\r\n${text}`,
  ]
  return { type: `multipart/form-data; boundary=${boundary}`, body: `${parts.map(part => `--${boundary}\r\n${part}\r\n`).join('')}--${boundary}--\r\n` }
}

const boundary = 'lowtide-7MA4YWxkTrZu0gW'
