/** What a text consists of from top to bottom. The texts in it hold markup of their own, except for code. */
export type Block =
  | { readonly kind: 'heading'; readonly level: number; readonly text: string }
  | { readonly kind: 'paragraph' | 'code'; readonly text: string }
  | { readonly kind: 'rule' }
  | { readonly kind: 'table'; readonly rows: readonly (readonly Cell[])[] }
  | { readonly kind: 'quote'; readonly blocks: readonly Block[] }
  | List

export type Cell = { readonly heading: boolean; readonly text: string }

export type List = { readonly kind: 'list'; readonly ordered: boolean; readonly items: Item[] }

export type Item = { text: string; readonly lists: List[] }

/** In the order of the text, which may be anything. What is nested deeper than anybody reads stays on the deepest level. */
export function blocksOf(text: string, depth = 0): Block[] {
  const lines = text.toWellFormed().split(/\r\n?|\n/)
  const blocks: Block[] = []
  for (let i = 0; i < lines.length; ) {
    const kind = kindOf(lines[i]!)
    const begin = i++
    switch (kind) {
      case 'blank':
        break
      case 'rule':
        blocks.push({ kind: 'rule' })
        break
      case 'heading':
        blocks.push(heading(lines[begin]!.trim()))
        break
      case 'code':
        i = endOfCode(lines, i)
        blocks.push(code(lines.slice(begin + 1, i)))
        i++
        break
      case 'row':
        while (i < lines.length && kindOf(lines[i]!) === 'row') i++
        blocks.push({ kind: 'table', rows: lines.slice(begin, i).map(cellsOf) })
        break
      case 'item':
        while (i < lines.length && (kindOf(lines[i]!) === 'item' || isContinuation(lines[i]!))) i++
        blocks.push(...listsOf(lines.slice(begin, i)))
        break
      case 'quote': {
        while (i < lines.length && kindOf(lines[i]!) === 'quote') i++
        const quoted = lines.slice(begin, i).map((line) => line.trimStart().replace(/^> ?/, '')).join('\n')
        blocks.push({ kind: 'quote', blocks: depth < DEEPEST ? blocksOf(quoted, depth + 1) : [{ kind: 'paragraph', text: quoted }] })
        break
      }
      case 'text':
        while (i < lines.length && kindOf(lines[i]!) === 'text') i++
        blocks.push({ kind: 'paragraph', text: lines.slice(begin, i).map((line) => line.trim()).join('\n') })
        break
      default:
        kind satisfies never
    }
  }
  return blocks
}

const DEEPEST = 8

function kindOf(line: string): 'blank' | 'rule' | 'heading' | 'code' | 'row' | 'item' | 'quote' | 'text' {
  const trimmed = line.trim()
  if (trimmed === '') return 'blank'
  if (trimmed === '{{{') return 'code'
  if (/^-{4,}$/.test(trimmed)) return 'rule'
  if (/^={1,6}\s/.test(trimmed)) return 'heading'
  if (trimmed.length > 4 && trimmed.startsWith('||') && trimmed.endsWith('||')) return 'row'
  if (ITEM.test(line)) return 'item'
  return trimmed.startsWith('>') ? 'quote' : 'text'
}

const ITEM = /^(?<indent>\s*)(?<marker>[*-]|\d{1,9}\.)\s+(?=\S)/

const isContinuation = (line: string) => /^\s/.test(line) && kindOf(line) === 'text'

/** `= Title =`, with or without the signs at the end. */
function heading(line: string): Block {
  const level = line.search(/[^=]/)
  let end = line.length
  while (line[end - 1] === '=') end--
  return { kind: 'heading', level, text: line.slice(level, Math.max(end, level)).trim() }
}

/** Its first line may name a language, as in `#!python`. */
const code = ([first = '', ...rest]: readonly string[]): Block => ({ kind: 'code', text: (/^#![\w+-]{1,40}$/.test(first.trim()) ? rest : [first, ...rest]).join('\n') })

/** Code may show code: each `{{{` inside has its own `}}}`. Without an end, all that follows is code. */
function endOfCode(lines: readonly string[], begin: number): number {
  let depth = 1
  for (let i = begin; i < lines.length; i++) {
    const line = lines[i]!.trim()
    if (line === '{{{') depth++
    if (line === '}}}' && --depth === 0) return i
  }
  return lines.length
}

/** `||a||b||`; a cell written as `=a=` is a heading. */
const cellsOf = (row: string): Cell[] =>
  row.trim().slice(2, -2).split('||').map((cell) => {
    const heading = cell.length > 2 && cell.startsWith('=') && cell.endsWith('=')
    return { heading, text: (heading ? cell.slice(1, -1) : cell).trim() }
  })

/** Items indented more than the one before belong to it. */
function listsOf(lines: readonly string[]): List[] {
  const lists: List[] = []
  const open: { readonly indent: number; readonly list: List }[] = []
  for (const line of lines) {
    const match = ITEM.exec(line)
    const item = open.at(-1)?.list.items.at(-1)
    if (!match) {
      if (item) item.text += `\n${line.trim()}`
      continue
    }
    const indent = match.groups!.indent!.length
    const ordered = match.groups!.marker!.endsWith('.')
    while (open.length > 1 && open.at(-1)!.indent > indent) open.pop()
    const nested = open.length < DEEPEST && item && indent > open.at(-1)!.indent
    if (nested || open.at(-1)?.list.ordered !== ordered) {
      if (!nested) open.pop()
      const list: List = { kind: 'list', ordered, items: [] }
      const parent = open.at(-1)?.list.items.at(-1)
      ;(parent?.lists ?? lists).push(list)
      open.push({ indent, list })
    }
    open.at(-1)!.list.items.push({ text: line.slice(match[0].length).trim(), lists: [] })
  }
  return lists
}
