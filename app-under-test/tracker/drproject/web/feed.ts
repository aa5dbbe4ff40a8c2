import { escape } from './html.ts'
import type { Request, Response } from './http.ts'

/** Addresses are absolute, titles plain text, descriptions HTML. */
export type Feed = { readonly title: string; readonly link: string; readonly description: string; readonly items: readonly FeedItem[] }

export type FeedItem = { readonly title: string; readonly link: string; readonly guid: string; readonly time: Date; readonly author: string; readonly category: string; readonly description: string }

/** RSS 2.0, valid to the W3C's validator (bench/feeds.ts), with the authors as dc:creator, since RSS's own author must be a mail address. */
export function feed(request: Request, { title, link, description, items }: Feed): Response {
  const self = `${request.baseUrl}${request.path.split('/').map(encodeURIComponent).join('/')}${request.args.size > 0 ? `?${request.args.toString()}` : ''}`
  return {
    status: 200,
    headers: { 'Content-Type': 'application/rss+xml; charset=utf-8' },
    body: `<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>${plain(title)}</title><link>${escape(link)}</link>
<atom:link rel="self" type="application/rss+xml" href="${escape(self)}"/>
<description>${escape(description)}</description><language>en</language><generator>DrProject</generator>
${items.map(itemOf).join('')}</channel></rss>
`,
  }
}

const itemOf = ({ title, link, guid, time, author, category, description }: FeedItem) =>
  `<item><title>${plain(title)}</title><link>${escape(link)}</link><guid isPermaLink="${guid === link}">${escape(guid)}</guid><pubDate>${time.toUTCString()}</pubDate>${author && `<dc:creator>${escape(author)}</dc:creator>`}<category>${escape(category)}</category><description>${escape(description)}</description></item>\n`

/** Readers disagree on whether a title is HTML; these references none of them takes for it (RSS Advisory Board, "Really Simple Syndication Best Practices Profile", character data). */
const plain = (text: string) => escape(text).replaceAll('&amp;', '&#x26;').replaceAll('&lt;', '&#x3C;')
