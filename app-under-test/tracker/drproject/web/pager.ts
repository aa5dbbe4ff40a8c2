import { shorten } from '../shorten.ts'
import { html, type Markup } from './html.ts'
import { BadRequest, type Request } from './http.ts'

/** A part of a long list: `?page=2` and so on. One row more than fits is to be asked for: it tells whether there is another page. */
export type ListPage = { readonly number: number; readonly limit: number; readonly offset: number }

/** Throws BadRequest if `page` is no number of a page. */
export function pageAsked(args: URLSearchParams, size: number): ListPage {
  const asked = args.get('page') || '1'
  if (!/^[1-9]\d{0,5}$/.test(asked)) throw new BadRequest(`page: "${shorten(asked)}" is not a whole number from 1 to 999999.`)
  return { number: Number(asked), limit: size + 1, offset: (Number(asked) - 1) * size }
}

/** The rows that fit on the page, and the links to the pages before and after it. */
export function pageOf<T>(request: Request, { number, limit }: ListPage, rows: readonly T[]): { readonly shown: readonly T[]; readonly links: Markup } {
  const link = (to: number, words: string) => html`<a href="?${String(new URLSearchParams([...[...request.args].filter(([name]) => name !== 'page'), ['page', String(to)]]))}">${words}</a> `
  const [before, after] = [number > 1, rows.length >= limit]
  return { shown: rows.slice(0, limit - 1), links: html`${(before || after) && html`<p class="pager">${before && link(number - 1, 'Previous page')}${after && link(number + 1, 'Next page')}</p>\n`}` }
}
