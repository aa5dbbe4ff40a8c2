import { html, type Markup } from '../web/html.ts'

/** The text around the first place of each term, with all terms in it marked; the beginning if it has none of them. */
export function excerptOf(text: string, terms: readonly string[], length = 240): Markup {
  const line = text.replaceAll(/\s+/g, ' ').trim()
  const windows: Window[] = []
  for (const term of terms) {
    const at = line.search(anyOf([term], 'iu'))
    const seen = windows.some(({ begin, end }) => begin <= at && at + term.length <= end)
    if (at >= 0 && !seen && windows.length < MOST_WINDOWS) windows.push(windowAt(line, at, windows.length === 0 ? length : length / 2))
  }
  const merged = mergedOf(windows.length > 0 ? windows : [windowAt(line, 0, length)])
  return html`${merged.map(({ begin, end }, i) => html`${begin > 0 && (i === 0 ? '... ' : ' ... ')}${marked(line.slice(begin, end), terms)}`)}${merged.at(-1)!.end < line.length && ' ...'}`
}

/** The text with the terms marked, whatever their case. */
export function marked(text: string, terms: readonly string[]): Markup {
  const parts = text.split(anyOf(terms, 'giu'))
  return html`${parts.map((part, i) => (i % 2 === 1 ? html`<mark>${part}</mark>` : part))}`
}

/** The longest first: where one begins with another, all of it is marked. */
const anyOf = (terms: readonly string[], flags: string) => new RegExp(`(${terms.toSorted((a, b) => b.length - a.length).map((term) => term.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&')).join('|')})`, flags)

/** A part of the text. */
type Window = { readonly begin: number; readonly end: number }

const MOST_WINDOWS = 3

/** Whole words around a place, more after it than before. */
function windowAt(line: string, at: number, length: number): Window {
  const begin = at < length / 2 ? 0 : startOfWord(line, Math.floor(at - length / 4), at)
  const end = Math.floor(begin + length)
  return { begin, end: end >= line.length ? line.length : endOfWord(line, end) }
}

/** In the order of the text; those that touch are one. */
function mergedOf(windows: readonly Window[]): Window[] {
  const merged: Window[] = []
  for (const window of windows.toSorted((a, b) => a.begin - b.begin)) {
    const last = merged.at(-1)
    if (last && window.begin <= last.end + 1) merged.splice(-1, 1, { begin: last.begin, end: Math.max(last.end, window.end) })
    else merged.push(window)
  }
  return merged
}

/** At a blank nearby; without one, text is cut where it is. */
function startOfWord(line: string, near: number, before: number): number {
  const blank = line.indexOf(' ', near)
  return blank >= 0 && blank < Math.min(before, near + FAR) ? blank + 1 : near
}

function endOfWord(line: string, near: number): number {
  const blank = line.lastIndexOf(' ', near)
  return near - blank < FAR ? blank : near
}

const FAR = 30
