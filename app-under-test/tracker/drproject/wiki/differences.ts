import { diffLines, diffWordsWithSpace, type ChangeObject } from 'diff'
import { html, type Markup } from '../web/html.ts'

/** What came and what went, by words within the lines that changed. Lines that stayed are shown near those that did not. */
export function differencesToHtml(before: string, after: string): Markup {
  const [old, now] = [before, after].map((text) => (text === '' ? '' : `${text.trimEnd()}\n`)) as [string, string]
  if (old === now) return html`<p class="note">Nothing differs.</p>`
  const changes = diffLines(old, now, { maxEditLength: MOST_EDITS }) ?? [removed(old), added(now)]
  return html`<pre class="diff">${changes.map((change, i) => shown(changes, change, i))}</pre>`
}

type Change = ChangeObject<string>

/** Its cost grows with the square of the edits. Texts that differ more have little in common anyway. */
const MOST_EDITS = 1000

function shown(changes: readonly Change[], change: Change, i: number): Markup | null {
  const [before, after] = [changes[i - 1], changes[i + 1]]
  if (change.removed) return after?.added ? wordsToHtml(change.value, after.value) : html`<del>${change.value}</del>`
  if (change.added) return before?.removed ? null : html`<ins>${change.value}</ins>`
  return html`${nearby(change.value, before !== undefined, after !== undefined)}`
}

function wordsToHtml(before: string, after: string): Markup {
  const changes = diffWordsWithSpace(before, after, { maxEditLength: MOST_EDITS }) ?? [removed(before), added(after)]
  return html`${changes.map(({ value, removed, added }) => (removed ? html`<del>${value}</del>` : added ? html`<ins>${value}</ins>` : value))}`
}

/** The lines next to a change; how many are left out between. */
function nearby(text: string, changedBefore: boolean, changedAfter: boolean): Markup {
  const lines = text.split('\n').slice(0, -1)
  const [head, tail] = [changedBefore ? CONTEXT : 0, changedAfter ? CONTEXT : 0]
  const left = lines.length - head - tail
  if (left <= 1) return html`${text}`
  const joined = (some: readonly string[]) => some.map((line) => `${line}\n`).join('')
  return html`${joined(lines.slice(0, head))}<span class="note">(${left} lines as they were)</span>\n${joined(tail > 0 ? lines.slice(-tail) : [])}`
}

const CONTEXT = 3

const removed = (value: string): Change => ({ value, removed: true, added: false, count: 1 })
const added = (value: string): Change => ({ value, removed: false, added: true, count: 1 })
