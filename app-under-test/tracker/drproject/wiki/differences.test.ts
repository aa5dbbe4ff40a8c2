import fc from 'fast-check'
import { expect, test } from 'vitest'
import { differencesToHtml } from './differences.ts'

const diff = (before: string, after: string) => differencesToHtml(before, after).markup

test.each([
  ['a word', 'one two\nthree', 'one 2\nthree', '<pre class="diff">one <del>two</del><ins>2</ins>\nthree\n</pre>'],
  ['a line more', 'a\nb', 'a\nx\nb', '<pre class="diff">a\n<ins>x\n</ins>b\n</pre>'],
  ['a line less', 'a\nx\nb', 'a\nb', '<pre class="diff">a\n<del>x\n</del>b\n</pre>'],
  ['what must be escaped', '<b>', '<i>', '<pre class="diff">&lt;<del>b</del><ins>i</ins>&gt;\n</pre>'],
  ['a first version', '', 'new', '<pre class="diff"><ins>new\n</ins></pre>'],
  ['nothing', 'same\n', 'same', '<p class="note">Nothing differs.</p>'],
])('%s', (_, before, after, expected) => {
  expect(diff(before, after)).toBe(expected)
})

test('lines far from any change are counted, not shown', () => {
  const lines = Array.from({ length: 20 }, (_, i) => `line ${i + 1}`)
  expect(diff(lines.join('\n'), lines.with(10, 'changed').join('\n'))).toBe(
    '<pre class="diff"><span class="note">(7 lines as they were)</span>\nline 8\nline 9\nline 10\n<del>line 11</del><ins>changed</ins>\nline 12\nline 13\nline 14\n<span class="note">(6 lines as they were)</span>\n</pre>',
  )
})

const someLines = fc.array(fc.constantFrom('a', 'b b', '<c>', '', 'd d d', '&'), { maxLength: 30 }).map((lines) => lines.join('\n'))

test('without what came it is the old text, without what went the new one', () => {
  fc.assert(
    fc.property(someLines, someLines, (before, after) => {
      const markup = diff(before, after)
      fc.pre(!markup.includes('class="note"'))
      const text = (tag: 'ins' | 'del') => markup.replaceAll(new RegExp(`<${tag}>[^<]*</${tag}>`, 'g'), '').replaceAll(/<[^>]*>/g, '').replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')
      expect([text('ins').trimEnd(), text('del').trimEnd()]).toEqual([before.trimEnd(), after.trimEnd()])
    }),
  )
})

test('texts that have nothing in common take a moment', () => {
  const text = (word: string) => Array.from({ length: 20_000 }, (_, i) => `${word}${i}`).join('\n')
  const before = process.cpuUsage()
  expect(diff(text('a'), text('b'))).toContain('<del>a0')
  const { user } = process.cpuUsage(before)
  expect(user / 1000).toBeLessThan(2000)
})
