import { parse, type DefaultTreeAdapterTypes } from 'parse5'
import type { Seen } from './fresh-browser.ts'

/** A page as a browser would read it. */
export type CrawledPage = { readonly url: string; readonly seen: Seen; readonly document: PageElements }

export type PageElements = {
  readonly links: readonly string[]
  readonly forms: readonly CrawledForm[]
  /** What could run a script, or lead to one, wherever it came from. */
  readonly dangers: readonly string[]
}

export type CrawledForm = { readonly method: string; readonly action: string; readonly multipart: boolean; readonly fields: readonly { readonly name: string; readonly value: string; readonly type: string }[] }

/** Follows links from `start` below `within`; of pages whose addresses differ only in numbers and values, the first few. */
export async function crawl(get: (url: string) => Promise<Seen>, start: readonly string[], within: string, { alike = 2, most = 400 } = {}): Promise<CrawledPage[]> {
  const pages: CrawledPage[] = []
  const waiting = [...start]
  const known = new Set(start)
  const shapes = new Map<string, number>()
  for (let url = waiting.shift(); url !== undefined && pages.length < most; url = waiting.shift()) {
    const seen = await get(url)
    const document = elementsOf(seen)
    pages.push({ url, seen, document })
    const here = new URL(url, ORIGIN)
    for (const address of [...document.links, seen.location].filter(Boolean)) {
      const { origin, pathname, search } = new URL(address, here)
      const next = pathname + search
      const shape = shapeOf(next)
      if (origin !== ORIGIN || !pathname.startsWith(within) || known.has(next) || (shapes.get(shape) ?? 0) >= alike) continue
      known.add(next)
      shapes.set(shape, (shapes.get(shape) ?? 0) + 1)
      waiting.push(next)
    }
  }
  return pages
}

const ORIGIN = 'http://localhost:8080'

/** The kind of page: numbers, and what arguments are set to, do not make another. */
function shapeOf(url: string): string {
  const { pathname, searchParams } = new URL(url, ORIGIN)
  const [, project, ...parts] = pathname.split('/')
  const kind = parts.map((part, i) => (i === 0 ? part : /^\d+$/.test(part) ? 'N' : i === 1 ? 'X' : '')).join('/')
  const action = searchParams.get('action') ?? searchParams.get('format') ?? ''
  return `${project === undefined ? '' : 'P'}/${kind}?${[...new Set(searchParams.keys())].toSorted().join('&')}&${action}`
}

/** Of an answer that is HTML. */
export function elementsOf({ headers, text }: Pick<Seen, 'headers' | 'text'>): PageElements {
  if (!headers['Content-Type']?.startsWith('text/html')) return { links: [], forms: [], dangers: [] }
  const elements = [...elementsBelow(parse(text))]
  const dangers = elements.flatMap(({ tagName, attrs }) => [
    ...(DANGEROUS.has(tagName) ? [`<${tagName}>`] : []),
    ...attrs.filter(({ name, value }) => name.startsWith('on') || name === 'style' || name === 'srcdoc' || (ADDRESSES.has(name) && !isHarmless(value))).map(({ name, value }) => `<${tagName} ${name}="${value}">`),
  ])
  const links = elements.filter(({ tagName }) => tagName === 'a' || tagName === 'link').flatMap((element) => attribute(element, 'href') ?? [])
  return { links: links.filter((href) => !/^(?:mailto|ftp):/i.test(href)), forms: elements.filter(({ tagName }) => tagName === 'form').map((form) => formOf(form, elements)), dangers }
}

type Element = DefaultTreeAdapterTypes.Element

function* elementsBelow(node: DefaultTreeAdapterTypes.Node): Generator<Element> {
  if (!('childNodes' in node)) return
  for (const child of node.childNodes) {
    if ('tagName' in child) yield child
    yield* elementsBelow(child)
  }
}

/** A form's fields are inside it, or name it. */
function formOf(form: Element, all: readonly Element[]): CrawledForm {
  const id = attribute(form, 'id')
  const inside = new Set(elementsBelow(form))
  const own = all.filter((element) => FIELDS.has(element.tagName) && (attribute(element, 'form') === undefined ? inside.has(element) : attribute(element, 'form') === id))
  const fields = own.map((field) => ({ name: attribute(field, 'name') ?? '', value: valueOf(field), type: field.tagName === 'input' ? attribute(field, 'type') ?? 'text' : field.tagName }))
  return { method: (attribute(form, 'method') ?? 'get').toUpperCase(), action: attribute(form, 'action') ?? '', multipart: attribute(form, 'enctype') === 'multipart/form-data', fields: fields.filter(({ name }) => name !== '') }
}

function valueOf(field: Element): string {
  if (field.tagName === 'textarea') return textBelow(field)
  if (field.tagName !== 'select') return attribute(field, 'value') ?? ''
  const options = [...elementsBelow(field)].filter(({ tagName }) => tagName === 'option')
  const chosen = options.find((option) => attribute(option, 'selected') !== undefined) ?? options[0]
  return (chosen && (attribute(chosen, 'value') ?? textBelow(chosen))) ?? ''
}

const textBelow = (element: Element): string => element.childNodes.map((node) => ('value' in node ? node.value : '')).join('')

const attribute = ({ attrs }: Element, name: string): string | undefined => attrs.find((each) => each.name === name)?.value

/** Relative addresses, and those that no browser runs. Browsers skip control characters and blanks in front of and inside a scheme. */
function isHarmless(address: string): boolean {
  // eslint-disable-next-line no-control-regex
  const scheme = /^([a-z][a-z\d+.-]*):/i.exec(address.replaceAll(/[\u0000-\u0020]/g, ''))?.[1]?.toLowerCase()
  return scheme === undefined || ['http', 'https', 'ftp', 'mailto'].includes(scheme)
}

const FIELDS: ReadonlySet<string> = new Set(['input', 'textarea', 'select', 'button'])
const DANGEROUS: ReadonlySet<string> = new Set(['script', 'iframe', 'object', 'embed', 'base', 'svg', 'math', 'style', 'frame', 'applet', 'template'])
const ADDRESSES: ReadonlySet<string> = new Set(['href', 'src', 'action', 'formaction', 'poster', 'data', 'background', 'xlink:href', 'cite', 'srcset', 'ping'])
