import { expect, test } from 'vitest'
import { visitTo } from '../../../testing/visit.ts'
import { ticketCsv, ticketFeed } from './export.ts'
import { queryFor } from './query.ts'

const lineOf = (cells: Readonly<Record<string, string>>) => ({ group: null, cell: (column: string) => cells[column] ?? '' })

test.each([
  ['plain', 'plain'],
  ['a, b', '"a, b"'],
  ['say "no"', '"say ""no"""'],
  ['two\nlines', '"two\nlines"'],
  ['=1+1', "'=1+1"],
  ['-1, -2', `"'-1, -2"`],
  ['@cmd', "'@cmd"],
  ['Zoë', 'Zoë'],
])('CSV: %j is written as %j', (text, written) => {
  const { body } = ticketCsv({ ...queryFor(), columns: ['id', 'summary'] }, [lineOf({ id: '1', summary: text })], null)
  expect(body).toBe(`\uFEFFid,summary\r\n1,${written}\r\n`)
})

test('CSV that is not all says where the rest is', () => {
  expect(ticketCsv(queryFor(), [], 'http://localhost/q?page=2').headers.Link).toBe('<http://localhost/q?page=2>; rel="next"')
  expect(ticketCsv(queryFor(), [], null).headers).not.toHaveProperty('Link')
})

test('a feed links to the tickets from anywhere, and escapes twice what people wrote', () => {
  const line = lineOf({ id: '7', summary: 'a < b & c', reporter: 'Zoë', time: '2006-03-01T12:00:00.000Z', type: 'defect', description: 'See #3 and <b>.' })
  expect(ticketFeed(visitTo('/All/query', { root: '/cgi', baseUrl: 'http://tracker/cgi' }), 'Tickets', '/All/query?order=id', [line]).body).toMatchInlineSnapshot(`
    "<?xml version="1.0" encoding="utf-8"?>
    <rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>Project All: Tickets</title><link>http://tracker/cgi/All/query?order=id</link>
    <atom:link rel="self" type="application/rss+xml" href="http://tracker/cgi/All/query"/>
    <description>Tickets of Project All</description><language>en</language><generator>DrProject</generator>
    <item><title>#7: a &#x3C; b &#x26; c</title><link>http://tracker/cgi/All/ticket/7</link><guid isPermaLink="true">http://tracker/cgi/All/ticket/7</guid><pubDate>Wed, 01 Mar 2006 12:00:00 GMT</pubDate><dc:creator>Zoë</dc:creator><category>defect</category><description>&lt;p&gt;See &lt;a href=&quot;http://tracker/cgi/All/ticket/3&quot;&gt;#3&lt;/a&gt; and &amp;lt;b&amp;gt;.&lt;/p&gt;
    </description></item>
    </channel></rss>
    "
  `)
})
