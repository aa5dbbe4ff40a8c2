import { html, type Markup } from '../web/html.ts'

/** The text around the first place where it has one of the terms, with all terms in it marked. */
export function excerptOf(text: string, terms: readonly string[], length = 240): Markup {
  const line = text.replaceAll(/\s+/g, ' ').trim()
  const first = Math.max(line.search(anyOf(terms, 'iu')), 0)
  const begin = first < length / 2 ? 0 : startOfWord(line, first - length / 4)
  const end = begin + length >= line.length ? line.length : endOfWord(line, begin + length)
  return html`${begin > 0 && '... '}${marked(line.slice(begin, end), terms)}${end < line.length && ' ...'}`
}

/** The text with the terms marked, whatever their case. */
export function marked(text: string, terms: readonly string[]): Markup {
  const parts = text.split(anyOf(terms, 'giu'))
  return html`${parts.map((part, i) => (i % 2 === 1 ? html`<mark>${part}</mark>` : part))}`
}

/** The longest first: where one begins with another, all of it is marked. */
const anyOf = (terms: readonly string[], flags: string) => new RegExp(`(${terms.toSorted((a, b) => b.length - a.length).map((term) => term.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&')).join('|')})`, flags)

/** At a blank nearby; without one, text is cut where it is. */
function startOfWord(line: string, near: number): number {
  const from = Math.floor(near)
  const blank = line.indexOf(' ', from)
  return blank >= 0 && blank - from < FAR ? blank + 1 : from
}

function endOfWord(line: string, near: number): number {
  const blank = line.lastIndexOf(' ', near)
  return near - blank < FAR ? blank : near
}

const FAR = 30
