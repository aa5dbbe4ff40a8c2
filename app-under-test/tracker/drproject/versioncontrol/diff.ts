import { html, type Markup } from '../web/html.ts'

/** A unified diff as git prints it, file by file; what came and what went is marked. */
export function diffToHtml(text: string): Markup {
  // No line of a file begins like this: all of them have a sign before them.
  const files = text.split(/(?<![^\n])(?=diff --git )/).filter((part) => part.startsWith('diff --git '))
  return html`${files.map(fileToHtml)}`
}

function fileToHtml(text: string): Markup {
  const lines = text.replace(/\n$/, '').split('\n')
  const begin = lines.findIndex((line) => line.startsWith('@@') || line.startsWith('Binary files '))
  const [head, rest] = begin < 0 ? [lines, []] : [lines.slice(0, begin), lines.slice(begin)]
  return html`<h3>${nameOf(head)}</h3>
${rest.length > 0 ? html`<pre class="diff">${rest.map(lineToHtml)}</pre>` : html`<p class="note">${noteOf(head)}</p>`}
`
}

function lineToHtml(line: string): Markup {
  switch (line.charAt(0)) {
    case '+':
      return html`<ins>${line}</ins>\n`
    case '-':
      return html`<del>${line}</del>\n`
    case '@':
      return html`<span class="hunk">${line}</span>\n`
    default:
      return html`${line}\n`
  }
}

/** Of `+++ b/name`, or of `--- a/name` if it is gone, else of the first line, which has it twice. A name with strange characters comes in quotes. */
function nameOf(head: readonly string[]): string {
  const named = (pattern: RegExp) => head.map((line) => pattern.exec(line)?.groups?.name).find((name) => name !== undefined)
  return named(/^\+\+\+ "?b\/(?<name>.+?)"?\t?$/) ?? named(/^--- "?a\/(?<name>.+?)"?\t?$/) ?? named(/^diff --git "?a\/(?<name>.+)"? "?b\/\k<name>"?$/) ?? head[0]!
}

function noteOf(head: readonly string[]): string {
  if (head.some((line) => line.startsWith('new file'))) return 'A new file with nothing in it.'
  if (head.some((line) => line.startsWith('deleted file'))) return 'An empty file is gone.'
  return 'Only its mode changed.'
}
