import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { pagesNamedIn, wikiToHtml, wikiToOneLine } from './markup.ts'

const place = { root: '/r', project: { name: 'All' }, missing: new Set(['NobodyWroteThis']) }
const markupOf = (text: string) => wikiToHtml(text, place).markup.trimEnd()

test.each([
  ['a paragraph', 'one\ntwo\n\nthree', '<p>one\ntwo</p>\n<p>three</p>'],
  ['headings', '= One =\n== Two\n===== Five =====', '<h2>One</h2>\n<h3>Two</h3>\n<h5>Five</h5>'],
  ['italic and bold', "''a'' '''b''' '''''c'''''", '<p><em>a</em> <strong>b</strong> <strong><em>c</em></strong></p>'],
  ['styles that cross', "''a '''b'' c'''", '<p><em>a <strong>b</strong></em><strong> c</strong></p>'],
  ['quotation marks that nobody closes', "it''s", '<p>it&#39;&#39;s</p>'],
  ['code in a line', "{{{''a'' <b>}}} and `#1`", '<p><code>&#39;&#39;a&#39;&#39; &lt;b&gt;</code> and <code>#1</code></p>'],
  ['a block of code', '{{{\nif a < b:\n  {{{\n  }}}\n}}}\nafter', '<pre>if a &lt; b:\n  {{{\n  }}}</pre>\n<p>after</p>'],
  ['code in a language', '{{{\n#!python\nx\n}}}\n{{{\n#!/bin/sh\n}}}', '<pre>x</pre>\n<pre>#!/bin/sh</pre>'],
  ['code without an end', '{{{\na', '<pre>a</pre>'],
  ['a list', ' * a\n   more\n * b', '<ul><li>a\nmore</li>\n<li>b</li>\n</ul>'],
  ['nested lists', '* a\n  1. b\n  2. c\n* d', '<ul><li>a<ol><li>b</li>\n<li>c</li>\n</ol></li>\n<li>d</li>\n</ul>'],
  ['two kinds of list', '* a\n1. b', '<ul><li>a</li>\n</ul>\n<ol><li>b</li>\n</ol>'],
  ['a table', "||=a=||''b''||\n||c||||", '<table class="wiki"><tr><th>a</th><td><em>b</em></td></tr>\n<tr><td>c</td><td></td></tr>\n</table>'],
  ['quotes', '> a\n> > b', '<blockquote><p>a</p>\n<blockquote><p>b</p>\n</blockquote>\n</blockquote>'],
  ['a rule, a break', '----\na[[BR]]b', '<hr>\n<p>a<br>b</p>'],
])('%s', (_, text, expected) => {
  expect(markupOf(text)).toBe(expected)
})

describe('links', () => {
  test.each([
    ['#12', '/r/All/ticket/12', '#12'],
    ['ticket:12', '/r/All/ticket/12', 'ticket:12'],
    ['[ticket:12 the crash]', '/r/All/ticket/12', 'the crash'],
    ['[12]', '/r/All/changeset/12', '[12]'],
    ['[r12]', '/r/All/changeset/12', '[r12]'],
    ['r12', '/r/All/changeset/12', 'r12'],
    ['changeset:12', '/r/All/changeset/12', 'changeset:12'],
    ['milestone:m1', '/r/All/milestone/m1', 'milestone:m1'],
    ['milestone:"first try"', '/r/All/milestone/first%20try', 'milestone:&quot;first try&quot;'],
    ['mail:3', '/r/All/mail/3', 'mail:3'],
    ['source:trunk/a b', '/r/All/browser/trunk/a', 'source:trunk/a'],
    ['source:/trunk/a.py@3#L4', '/r/All/browser/trunk/a.py?rev=3#L4', 'source:/trunk/a.py@3#L4'],
    ['WikiStart', '/r/All/wiki/WikiStart', 'WikiStart'],
    ['TestPlan/Database', '/r/All/wiki/TestPlan/Database', 'TestPlan/Database'],
    ['wiki:Schema', '/r/All/wiki/Schema', 'Schema'],
    ['[wiki:Schema the tables]', '/r/All/wiki/Schema', 'the tables'],
    ['["Meeting of May"]', '/r/All/wiki/Meeting%20of%20May', 'Meeting of May'],
    ['[wiki:"Meeting of May" May]', '/r/All/wiki/Meeting%20of%20May', 'May'],
  ])('%s', (text, href, label) => {
    expect(markupOf(text)).toContain(`<a href="${href}">${label}</a>`)
  })

  test('addresses elsewhere end where the sentence does', () => {
    const link = (url: string, label = url) => `<a class="elsewhere" rel="nofollow noopener" href="${url}">${label}</a>`
    expect(markupOf('See http://a.example/b?c=d&e, (https://f.example/).')).toBe(`<p>See ${link('http://a.example/b?c=d&amp;e')}, (${link('https://f.example/')}).</p>`)
    expect(markupOf('http://a.example/Set_(b). [http://a.example  here]')).toBe(`<p>${link('http://a.example/Set_(b)')}. ${link('http://a.example', 'here')}</p>`)
  })

  test('a page that does not exist is shown as one to write', () => {
    expect(markupOf('NobodyWroteThis')).toBe('<p><a class="missing" rel="nofollow" href="/r/All/wiki/NobodyWroteThis">NobodyWroteThis?</a></p>')
  })

  test.each(['[javascript:alert(1) x]', 'javascript:alert(1)', '[JAVASCRIPT://x y]', '[data:text/html,x y]', '[vbscript:x y]', '[//evil.example x]', 'wiki:../login', '[source:a/../../../login x]', 'milestone:..', 'wiki:', 'http://', '!WikiStart', '!#12', '![12]', 'PostgreSQL', 'color2r12', 'x#12y', '#1234567890', 'a[i]'])('%s is text', (text) => {
    expect(markupOf(text)).not.toContain('<a')
  })

  test('names of pages are found wherever they stand', () => {
    expect([...pagesNamedIn('= AlphaBeta =\n * wiki:Gamma\n||["De lta"]||\n> {{{NotThis}}} EpsilonZeta')]).toEqual(['AlphaBeta', 'Gamma', 'De lta', 'EpsilonZeta'])
  })
})

test('one line has the links and styles of all blocks, and is cut at a word', () => {
  expect(wikiToOneLine("= A =\n * see #12\n{{{\nx\n}}}\n'''b'''", place).markup).toBe('A see <a href="/r/All/ticket/12">#12</a> [...] <strong>b</strong>')
  expect(wikiToOneLine("'''some words that go on'''", place, 12).markup).toBe('<strong>some words ...</strong>')
})

const PIECES = [
  ["''", ", ''", '{{{', '}}}', '{{{\n', '\n}}}\n', '`', '[', ']', '[[', ']]', '[[BR]]', '!', '||', '||=', '=||', '= ', ' =', '\n= ', '\n', '\n\n', '\n * ', '\n   - ', '\n  1. ', '\n> ', '>', '\n----\n', ' ', '\t', '\r', '"', "'"],
  ['wiki:', 'wiki:"', 'ticket:', '#12', 'r12', 'changeset:1', 'milestone:', 'source:/a@', 'source:', 'mail:1', 'http://', 'http://a.b/(', 'https://x?&', 'javascript:', '[javascript:alert(1) ', '[http://a ', 'Aa', 'AaBb', '/A', '.', '...)', ':', '?', '@', '..', '1', 'é', '日', '😀'],
  ['<script>', '</p>', '<a href="', '&', '&amp;', '\0', '\uD800', '\u2028', '" onclick="x', '<!--', ']]>'],
].flat()
const anyText = fc.array(fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...PIECES) }, { weight: 1, arbitrary: fc.string({ unit: 'binary' }) }), { maxLength: 60 }).map((pieces) => pieces.join(''))

test('any text becomes elements that are closed in order, and hold no other element or address', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      expect(faultsOf(wikiToHtml(text, place).markup)).toEqual([])
      expect(faultsOf(wikiToOneLine(text, place, 40).markup)).toEqual([])
    }),
    { numRuns: 2000 },
  )
})

test('nothing that somebody wrote outside of markup is lost', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const words = text.match(/[a-z]{2,}/g) ?? []
      expect(textOf(markupOf(words.join(' ')))).toBe(words.join(' '))
    }),
  )
})

test('the checks on markup see what they are for', () => {
  expect(faultsOf('<p>a<em>b</p></em>')).not.toEqual([])
  expect(faultsOf('<p>a')).not.toEqual([])
  expect(faultsOf('<script>')).not.toEqual([])
  expect(faultsOf('a < b')).not.toEqual([])
  expect(faultsOf('a & b')).not.toEqual([])
  expect(faultsOf('<a href="javascript:x">y</a>')).not.toEqual([])
  expect(faultsOf('<a href="/r/All/wiki/A" onclick="x">y</a>')).not.toEqual([])
})

describe('a megabyte takes a moment', () => {
  const BYTES = 1_048_576
  const cpuMsOf = (text: string) => {
    const before = process.cpuUsage()
    wikiToHtml(text, place)
    wikiToOneLine(text, place)
    const { user, system } = process.cpuUsage(before)
    return (user + system) / 1000
  }

  test.each(['{{{', '{{{\n', '[', '[a ', '[http://a ', "''", "'''", "'a''", '`', '||', '||\n', '>', '> \n', ' ', '\n', ' *', ' * a\n', '1.', '=', '= ', 'Aa', 'AaBb1', '/A', 'AaBb/', 'AaBb/A_', 'wiki:', 'wiki:?', 'wiki:"', 'wiki:"a', 'http://', 'http://.', '....', 'r1', '#1', '!', '-', 'source:@', 'mail:1@', '&', '😀'])('of %j', (piece) => {
    expect(cpuMsOf(piece.repeat(BYTES / piece.length))).toBeLessThan(4000)
  })

  test('of any few pieces, over and over', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...PIECES), { minLength: 1, maxLength: 4 }), (pieces) => {
        const text = pieces.join('')
        expect(cpuMsOf(text.repeat(BYTES / 8 / text.length))).toBeLessThan(1000)
      }),
      { numRuns: 40 },
    )
    // Judged by its CPU time: how long a busy machine takes for it is no fault of the markup's.
  }, 60_000)
})

/** What is wrong with markup: the test's own strict reader, which knows only what may be there. */
function faultsOf(markup: string): string[] {
  const faults: string[] = []
  const open: string[] = []
  for (const [piece] of markup.matchAll(/<[^>]*>|[^<]+|</g)) {
    const { close, name, attributes = '' } = /^<(?<close>\/?)(?<name>p|h[2-5]|pre|hr|br|ul|ol|li|table|tr|td|th|blockquote|em|strong|code|a)(?<attributes>(?: (?:class="(?:wiki|elsewhere|missing)"|rel="nofollow(?: noopener)?"|href="(?:\/r\/All\/|https?:\/\/|ftp:\/\/|mailto:)[^"<>]*"))*)>$/.exec(piece)?.groups ?? {}
    if (!name) {
      if (piece.replaceAll(/&(?:amp|lt|gt|quot|#39);/g, '').match(/[<>&"']/)) faults.push(piece)
    } else if (name === 'hr' || name === 'br') continue
    else if (!close) open.push(name)
    else if (open.pop() !== name || attributes) faults.push(piece)
  }
  return [...faults, ...open]
}

const textOf = (markup: string) => markup.replaceAll(/<[^>]*>/g, '')
