/** Text that is safe to put into a page as it is. */
export type Markup = { readonly markup: string }

/** Escapes whatever is put into the template, unless it is markup already; lists are joined. */
export function html(parts: TemplateStringsArray, ...values: readonly Content[]): Markup {
  let markup = parts[0]!
  for (let i = 0; i < values.length; i++) markup += render(values[i]) + parts[i + 1]!
  return { markup }
}

type Content = string | number | Markup | false | null | undefined | readonly Content[]

function render(content: Content): string {
  if (content === false || content === null || content === undefined) return ''
  if (typeof content === 'number') return String(content)
  if (typeof content === 'string') return escape(content)
  if ('markup' in content) return content.markup
  return content.map(render).join('')
}

/** For HTML and XML, text and attributes alike. Characters that XML cannot hold at all become U+FFFD. */
export const escape = (text: string) =>
  PLAIN.test(text)
    ? text
    : text
        .toWellFormed()
        .replaceAll(/[^\t\n\r\u0020-\uFFFD\u{10000}-\u{10FFFF}]/gu, '\uFFFD')
        .replaceAll(/[&<>"']/g, (character) => ENTITIES[character]!)

/** Most text: nothing to replace, and one look tells. */
const PLAIN = /^[\t\n\r !#-%(-;=?-\uD7FF\uE000-\uFFFD]*$/

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
