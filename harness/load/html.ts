// Part of journeys that read pages: runs in k6's own runtime, which is not Node.
import { parseHTML, type Selection } from 'k6/html'
import type { Answer, Request } from './request.ts'

/**
 * The request that a browser sends when this page's form for `action` (a path without query) is filled in: all of its fields as they stood,
 * hidden or shown, but for those in `filled`. Throws if the page has no such form.
 */
export const submit = ({ path, body }: Answer, action: string, filled: Fields): Pick<Request, 'method' | 'path' | 'body' | 'headers'> => {
  const fields = { ...fieldsOf({ path, body }, action), ...filled }
  return { method: 'POST', path: action, body: urlEncoded(fields), headers: { 'content-type': 'application/x-www-form-urlencoded' } }
}

/** What the page's form for `action` would send as it stands: names and values. Throws if the page has no such form. */
export const fieldsOf = ({ path, body }: Pick<Answer, 'path' | 'body'>, action: string): Fields => {
  const forms = parseHTML(body).find('form').toArray()
  const form = forms.find(one => (one.attr('action') ?? path).split(/[?#]/)[0] === action)
  if (form === undefined) throw new Error(`expected a form for ${action} on ${path}; its forms are for ${forms.map(one => one.attr('action') ?? path).join(', ') || 'nothing'}`)
  return Object.fromEntries(form.find('input[name], select[name], textarea[name]').toArray().flatMap(sentBy))
}

/** k6's own `serializeObject` sends text areas still escaped, and leaves out boxes that are ticked. */
const sentBy = (field: Selection): [name: string, value: string][] => {
  const name = field.attr('name') ?? ''
  const has = (attribute: string) => field.attr(attribute) !== undefined
  if (has('disabled')) return []
  if (field.is('textarea')) return [[name, field.text().replace(/^\r?\n/, '')]]
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

/** Paths, with their queries, to which the page links within its own site, each once, as far as they match. */
export const linksOf = ({ path, body }: Answer, matching = /./): readonly string[] => {
  const hrefs = parseHTML(body).find('a[href]').toArray().map(link => (link.attr('href') ?? '').split('#')[0]!)
  const own = hrefs.flatMap(href => (href.startsWith('?') ? path.split('?')[0] + href : /^\/(?!\/)/.test(href) ? href : []))
  return [...new Set(own)].filter(href => matching.test(href))
}

export type Fields = Readonly<Record<string, string>>

/** A form's fields as `multipart/form-data`, with one text file among them. */
export const withFile = (action: string, fields: Fields, file: { readonly field: string; readonly name: string; readonly text: string }): Pick<Request, 'method' | 'path' | 'body' | 'headers'> => {
  const boundary = 'lowtide-7MA4YWxkTrZu0gW'
  const parts = [
    ...Object.entries(fields).filter(([name]) => name !== file.field).map(([name, value]) => `Content-Disposition: form-data; name="${name}"\r\n\r\n${value}`),
    `Content-Disposition: form-data; name="${file.field}"; filename="${file.name}"\r\nContent-Type: text/plain\r\n\r\n${file.text}`,
  ]
  const body = `${parts.map(part => `--${boundary}\r\n${part}\r\n`).join('')}--${boundary}--\r\n`
  return { method: 'POST', path: action, body, headers: { 'content-type': `multipart/form-data; boundary=${boundary}` } }
}

const urlEncoded = (fields: Fields): string => Object.entries(fields).map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`).join('&')
