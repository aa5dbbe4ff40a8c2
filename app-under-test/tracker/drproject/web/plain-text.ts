import { escape, html, type Markup } from './html.ts'

/** Text as it was written, with links where it names a web address or `#12`, a ticket below `tickets`. */
export function plainText(text: string, tickets: string): Markup {
  // Most texts of a timeline name nothing, and there can be thousands of them.
  if (!text.includes('#') && !text.includes('://')) return html`${text}`
  let markup = ''
  let end = 0
  for (const match of text.matchAll(LINK)) {
    const { url, ticket } = match.groups ?? {}
    const words = url ? withoutPunctuation(url) : match[0]
    markup += `${escape(text.slice(end, match.index))}<a href="${escape(url ? words : `${tickets}/${ticket}`)}"${url ? ' rel="nofollow"' : ''}>${escape(words)}</a>`
    end = match.index + words.length
  }
  return { markup: markup + escape(text.slice(end)) }
}

const LINK = /(?<url>\bhttps?:\/\/[^\s<>"]{3,})|(?<![\w&#])#(?<ticket>[1-9]\d{0,8})(?!\w)/g

/** The full stop after an address belongs to the sentence. */
function withoutPunctuation(url: string): string {
  let end = url.length
  while (end > 0 && '.,;:!?)]}\''.includes(url[end - 1]!)) end--
  return url.slice(0, end)
}
