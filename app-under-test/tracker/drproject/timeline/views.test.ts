import fc from 'fast-check'
import { expect, test } from 'vitest'
import { escape } from '../web/html.ts'
import { visitTo } from '../../testing/visit.ts'
import { timelineFeed, timelinePage } from './views.ts'
import { timelineQuery } from './window.ts'

test('a feed is RSS 2.0', () => {
  expect(feedOf('Ticket #1 created').body).toMatchInlineSnapshot(`
    "<?xml version="1.0" encoding="utf-8"?>
    <rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>Project All: timeline</title><link>http://localhost:8080/All/timeline</link>
    <atom:link rel="self" type="application/rss+xml" href="http://localhost:8080/All/timeline"/>
    <description>What happened in Project All in the 90 days before 2006-04-02</description><language>en</language><generator>DrProject</generator>
    <item><title>Ticket #1 created</title><link>http://localhost:8080/All/ticket/1</link><guid isPermaLink="false">http://localhost:8080/All/ticket/1@1143613440</guid><pubDate>Wed, 29 Mar 2006 06:24:00 GMT</pubDate><dc:creator>Pat O&#39;Neil</dc:creator><category>newticket</category><description>Hangs.</description></item>
    </channel></rss>
    "
  `)
})

test('what people wrote stays text in the feed and on the page', () => {
  const awkward = `</title><script>alert("1 & 2")</script> it's \u0000\u001b]]> \ud800`
  const written = '&lt;/title&gt;&lt;script&gt;alert(&quot;1 &amp; 2&quot;)&lt;/script&gt; it&#39;s \ufffd\ufffd]]&gt; \ufffd'
  expect(feedOf(awkward).body).toContain(`<title>${written.replaceAll('&amp;', '&#x26;').replaceAll('&lt;', '&#x3C;')}</title>`)
  expect(timelinePage(visit, [eventOf(awkward)], query, []).markup).toContain(`>${written}</a>`)
})

test('whatever was written, only characters that XML allows come out, and none that open a tag', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(escape(text)).toMatch(/^[\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]*$/u)
      expect(escape(text)).not.toMatch(/[<>"']/)
    }),
  )
})

test('a provider that failed is named above the events of the others', () => {
  const page = timelinePage(visit, [eventOf('Wiki edited')], query, ['ticket']).markup
  expect(page).toContain('The ticket events could not be gathered.')
  expect(page).toContain('Wiki edited')
})

test('tickets that a message names are links, on the page and in the feed', () => {
  const event = { ...eventOf('Changeset [7]'), message: 'See #12 <b>.' }
  expect(timelinePage(visit, [event], query, []).markup).toContain('<dd>See <a href="/All/ticket/12">#12</a> &lt;b&gt;.</dd>')
  expect(timelineFeed(visit, [event], query).body).toContain(`<description>${escape('See <a href="http://localhost:8080/All/ticket/12">#12</a> &lt;b&gt;.')}</description>`)
})

const visit = visitTo('/All/timeline')
const query = timelineQuery(new URLSearchParams('daysback=90&format=rss'), new Date('2006-04-02T18:00:00Z'))

const eventOf = (title: string) => ({ kind: 'newticket', path: 'ticket/1', title, time: new Date('2006-03-29T06:24:00Z'), author: "Pat O'Neil", message: 'Hangs.' })
const feedOf = (title: string) => timelineFeed(visit, [eventOf(title)], query)
