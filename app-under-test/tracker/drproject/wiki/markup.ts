import { html, type Markup } from '../web/html.ts'
import { blocksOf, type Block, type List } from './blocks.ts'
import { tokensToHtml } from './inline.ts'
import type { Place } from './links.ts'
import { tokensOf, type Token } from './tokens.ts'

export type { Place } from './links.ts'

/**
 * Text in Trac's markup as HTML: headings, lists, tables, quotes, code, links. Any text will do: what is no markup is text, and every
 * character that somebody wrote is escaped. Headings begin at `<h2>`, since the page has a title of its own.
 */
export const wikiToHtml = (text: string, place: Place): Markup => blocksToHtml(blocksOf(text), place)

/** The text in a line of a list: its links and styles without its blocks, cut after `maxLength` characters. */
export const wikiToOneLine = (text: string, place: Place, maxLength = 250): Markup => tokensToHtml(cut(tokensOf(textsOf(blocksOf(text)).join(' ')), maxLength), place)

/** Names of the pages that a text links to. */
export function pagesNamedIn(text: string): ReadonlySet<string> {
  const tokens = textsOf(blocksOf(text)).flatMap((part) => [...tokensOf(part)])
  return new Set(tokens.flatMap((token) => (token.kind === 'link' && token.link.kind === 'page' ? [token.link.name] : [])))
}

const blocksToHtml = (blocks: readonly Block[], place: Place): Markup => html`${blocks.map((block) => html`${blockToHtml(block, place)}\n`)}`

function blockToHtml(block: Block, place: Place): Markup {
  const inline = (text: string) => tokensToHtml(tokensOf(text), place)
  switch (block.kind) {
    case 'paragraph':
      return html`<p>${inline(block.text)}</p>`
    case 'heading':
      return HEADINGS[Math.min(block.level, HEADINGS.length) - 1]!(inline(block.text))
    case 'code':
      return html`<pre>${block.text}</pre>`
    case 'rule':
      return html`<hr>`
    case 'table':
      return html`<table class="wiki">${block.rows.map((row) => html`<tr>${row.map((cell) => (cell.heading ? html`<th>${inline(cell.text)}</th>` : html`<td>${inline(cell.text)}</td>`))}</tr>\n`)}</table>`
    case 'quote':
      return html`<blockquote>${blocksToHtml(block.blocks, place)}</blockquote>`
    case 'list':
      return listToHtml(block, place)
    default:
      return block satisfies never
  }
}

const HEADINGS: readonly ((title: Markup) => Markup)[] = [(title) => html`<h2>${title}</h2>`, (title) => html`<h3>${title}</h3>`, (title) => html`<h4>${title}</h4>`, (title) => html`<h5>${title}</h5>`]

function listToHtml({ ordered, items }: List, place: Place): Markup {
  const content = items.map(({ text, lists }) => html`<li>${tokensToHtml(tokensOf(text), place)}${lists.map((list) => listToHtml(list, place))}</li>\n`)
  return ordered ? html`<ol>${content}</ol>` : html`<ul>${content}</ul>`
}

/** What a reader reads, with its links and styles; for code that it is there. */
function textsOf(blocks: readonly Block[]): string[] {
  return blocks.flatMap((block): string[] => {
    switch (block.kind) {
      case 'paragraph':
      case 'heading':
        return [block.text]
      case 'code':
        return ['[...]']
      case 'rule':
        return []
      case 'table':
        return block.rows.flatMap((row) => row.map(({ text }) => text))
      case 'quote':
        return textsOf(block.blocks)
      case 'list':
        return block.items.flatMap(({ text, lists }) => [text, ...textsOf(lists)])
      default:
        return block satisfies never
    }
  })
}

function* cut(tokens: Iterable<Token>, maxLength: number): Generator<Token> {
  let left = maxLength
  for (const token of tokens) {
    if (left <= 0) return yield { kind: 'text', text: ' ...' }
    switch (token.kind) {
      case 'text':
      case 'code':
        if (token.text.length > left) return yield { ...token, text: beginning(token.text, left) }
        yield token
        left -= token.text.length
        break
      case 'link':
        yield token
        left -= token.label.length
        break
      case 'break':
        yield { kind: 'text', text: ' ' }
        break
      case 'style':
        yield token
        break
      default:
        token satisfies never
    }
  }
}

/** Whole words, if there are any. */
const beginning = (text: string, length: number) => `${text.slice(0, length).replace(/\s\S*$/, '')} ...`
