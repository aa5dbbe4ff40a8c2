import { html, type Markup } from '../web/html.ts'
import { hrefOf, type Link, type Place } from './links.ts'
import type { Style, Token } from './tokens.ts'

/** Every element that it opens it closes, in order. */
export function tokensToHtml(tokens: Iterable<Token>, place: Place): Markup {
  const parts: Markup[] = []
  const open: Style[] = []
  for (const token of tokens) {
    switch (token.kind) {
      case 'text':
        parts.push(html`${token.text}`)
        break
      case 'code':
        parts.push(html`<code>${token.text}</code>`)
        break
      case 'break':
        parts.push(html`<br>`)
        break
      case 'link':
        parts.push(linkToHtml(token.link, token.label, place))
        break
      case 'style':
        for (const style of token.styles) parts.push(toggle(open, style))
        break
      default:
        token satisfies never
    }
  }
  return html`${parts}${closing(open)}`
}

/** `''a '''b'' c'''`: what was opened inside a style is closed with it, and goes on after it. */
function toggle(open: Style[], style: Style): Markup {
  const at = open.indexOf(style)
  if (at < 0) {
    open.push(style)
    return OPENING[style]
  }
  const closed = open.splice(at)
  const goesOn = closed.slice(1)
  open.push(...goesOn)
  return html`${closing(closed)}${goesOn.map((inner) => OPENING[inner])}`
}

const closing = (styles: readonly Style[]) => styles.toReversed().map((style) => CLOSING[style])

const OPENING: Readonly<Record<Style, Markup>> = { strong: html`<strong>`, em: html`<em>` }
const CLOSING: Readonly<Record<Style, Markup>> = { strong: html`</strong>`, em: html`</em>` }

function linkToHtml(link: Link, label: string, place: Place): Markup {
  const href = hrefOf(link, place)
  if (link.kind === 'elsewhere') return html`<a class="elsewhere" rel="nofollow noopener" href="${href}">${label}</a>`
  if (link.kind === 'page' && place.missing?.has(link.name)) return html`<a class="missing" rel="nofollow" href="${href}">${label}?</a>`
  return html`<a href="${href}">${label}</a>`
}
