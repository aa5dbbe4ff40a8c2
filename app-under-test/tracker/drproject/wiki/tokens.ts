import { linkTo, type Link } from './links.ts'

/** What the text of a paragraph, a cell or an item consists of. */
export type Token =
  | { readonly kind: 'text' | 'code'; readonly text: string }
  | { readonly kind: 'break' }
  | { readonly kind: 'style'; readonly styles: readonly Style[] }
  | { readonly kind: 'link'; readonly link: Link; readonly label: string }

export type Style = 'strong' | 'em'

/** In the order of the text, which may be anything: takes time in proportion to it. */
export function* tokensOf(text: string): Generator<Token> {
  const pattern = new RegExp(PATTERN)
  const meaningOf = meanings(text)
  let begin = 0
  for (let match = pattern.exec(text); match; match = pattern.exec(text)) {
    const meaning = meaningOf(match)
    if (!meaning) {
      // One character of it is text; the rest may mean something.
      pattern.lastIndex = match.index + 1
      continue
    }
    if (match.index > begin) yield { kind: 'text', text: text.slice(begin, match.index) }
    yield meaning.token
    pattern.lastIndex = begin = match.index + meaning.length
  }
  if (begin < text.length) yield { kind: 'text', text: text.slice(begin) }
}

// Danger: somebody will send a megabyte of `[[[[`. Each alternative must fail at once, or after text that no other attempt looks at again.
const LINKS = [
  String.raw`(?<url>!?(?:https?|ftp)://[^\s<>"'|\[\]{}]+)`,
  String.raw`(?<named>!?(?:wiki|ticket|changeset|milestone|source|mail):(?:"[^"\n]+"|[^\s<>"'|\[\]{}]+))`,
  String.raw`(?<number>!?[#r]\d{1,9}(?![\p{L}\p{N}_]))`,
  String.raw`(?<word>!?\p{Lu}\p{Ll}+(?:\p{Lu}\p{Ll}+)+(?:/\p{Lu}[\p{L}\p{N}]*)*(?![\p{L}\p{N}_]))`,
]
const PATTERN = new RegExp(
  [
    String.raw`(?<fence>\{\{\{)`,
    '`(?<code>[^`\\n]+)`',
    String.raw`(?<quotes>'''''|'''|'')`,
    String.raw`(?<break>\[\[BR\]\])`,
    String.raw`(?<bracketed>!?\[[^\[\]\n]+\])`,
    String.raw`(?<![\p{L}\p{N}_])(?:${LINKS.join('|')})`,
  ].join('|'),
  'gu',
)

type Meaning = { readonly token: Token; readonly length: number }

/** What a match of the pattern means where it stands. Null: nothing. */
function meanings(text: string): (match: RegExpExecArray) => Meaning | null {
  const next = searchOnce(text)
  const open = new Set<Style>()
  return ({ 0: all, index, groups: { fence, code, quotes, bracketed, url, named, number, word } = {} }) => {
    const end = index + all.length
    if (fence) {
      const close = next('}}}', end)
      return close > end ? { token: { kind: 'code', text: text.slice(end, close) }, length: close + 3 - index } : null
    }
    if (code) return { token: { kind: 'code', text: code }, length: all.length }
    if (quotes) {
      const styles = STYLES[quotes]!
      // What nobody closes is an apostrophe or two.
      if (styles.some((style) => !open.has(style)) && next(quotes, end) < 0) return null
      for (const style of styles) if (!open.delete(style)) open.add(style)
      return { token: { kind: 'style', styles: open.has(styles[0]!) ? styles : styles.toReversed() }, length: all.length }
    }
    if (all.startsWith('!')) return { token: { kind: 'text', text: all.slice(1) }, length: all.length }
    if (bracketed) {
      const token = linkInBrackets(bracketed.slice(1, -1))
      return token && { token, length: all.length }
    }
    const written = url ?? named
    if (written) return bareLink(written)
    if (number) return { token: linkOrText(number, number), length: all.length }
    if (word) return { token: { kind: 'link', link: { kind: 'page', name: word }, label: word }, length: all.length }
    return { token: { kind: 'break' }, length: all.length }
  }
}

const STYLES: Readonly<Record<string, readonly Style[]>> = { "'''''": ['strong', 'em'], "'''": ['strong'], "''": ['em'] }

/** `123`, `target label` and `"Page with blanks" label`. */
function linkInBrackets(inside: string): Token | null {
  const { page, target = '', label } = /^(?:"(?<page>[^"]+)"|(?<target>(?:[a-z]+:"[^"]*"|[^\s"]+)))(?:\s+(?<label>\S.*))?$/.exec(inside)?.groups ?? {}
  if (/^r?\d{1,9}$/.test(target) && !label) return linkOrText(`r${target.replace('r', '')}`, `[${target}]`)
  const link = linkTo(page === undefined ? target : `wiki:${page}`)
  return link && { kind: 'link', link, label: label?.trimEnd() ?? page ?? labelOf(link, target) }
}

/** A sentence's end is no part of the address at its end. */
function bareLink(written: string): Meaning {
  let length = written.length
  const ending = written.includes('(') ? '.,;:!?' : '.,;:!?)'
  while (length > 0 && ending.includes(written[length - 1]!)) length--
  const target = written.slice(0, length)
  return target ? { token: linkOrText(target, target), length } : { token: { kind: 'text', text: written }, length: written.length }
}

function linkOrText(target: string, text: string): Token {
  const link = linkTo(target)
  return link ? { kind: 'link', link, label: labelOf(link, text) } : { kind: 'text', text }
}

const labelOf = (link: Link, written: string) => (link.kind === 'page' ? link.name : written)

/** `indexOf` for searches that only move on: it never looks at the same text twice, found or not. */
function searchOnce(text: string): (what: string, from: number) => number {
  const found = new Map<string, number>()
  return (what, from) => {
    const known = found.get(what)
    if (known !== undefined && (known < 0 || known >= from)) return known
    const index = text.indexOf(what, from)
    found.set(what, index)
    return index
  }
}
