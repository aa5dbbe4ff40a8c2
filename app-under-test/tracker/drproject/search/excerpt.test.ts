import fc from 'fast-check'
import { expect, test } from 'vitest'
import { excerptOf, marked } from './excerpt.ts'

test('terms are marked whatever their case, the longest first', () => {
  expect(marked('Parsers parse: PARSE <b>', ['parse', 'parser']).markup).toBe('<mark>Parser</mark>s <mark>parse</mark>: <mark>PARSE</mark> &lt;b&gt;')
  expect(marked('1.5 (a|b) $', ['(a|b)', '.', '$']).markup).toBe('1<mark>.</mark>5 <mark>(a|b)</mark> <mark>$</mark>')
})

test('an excerpt shows the first place that has a term, in whole words', () => {
  const text = `${'before '.repeat(100)}needle\n${'after '.repeat(100)}`
  expect(excerptOf(text, ['needle'], 60).markup).toBe('... before before <mark>needle</mark> after after after after after after ...')
  expect(excerptOf('short', ['nothing of it'], 60).markup).toBe('short')
})

test('terms that are far from each other are each shown where they stand, in the order of the text', () => {
  const text = `${'x '.repeat(200)}second ${'y '.repeat(200)}first ${'z '.repeat(200)}`
  expect(excerptOf(text, ['first', 'second'], 24).markup).toBe('... x <mark>second</mark> y y ... y y <mark>first</mark> z z z z z z z ...')
  expect(excerptOf('one two three', ['three', 'one'], 24).markup).toBe('<mark>one</mark> two <mark>three</mark>')
})

test('an excerpt is about as long as asked, and well-formed', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom('a', 'b', 'c', ' ', 'x', '<', '\n', '日', '😀', 'xxxxxxxxxxxxxxxxxxxx'), { maxLength: 200 }).map((parts) => parts.join('')), fc.array(fc.stringMatching(/^[a-c ]{0,2}[a-c]$/), { minLength: 1, maxLength: 3 }), (text, terms) => {
      const { markup } = excerptOf(text, terms, 60)
      expect(markup.includes('<mark>')).toBe(terms.some((term) => holds(text, term)))
      const words = markup.replaceAll(/<\/?mark>/g, '')
      expect(words).not.toMatch(/[<>"']/)
      expect(words.replaceAll(/&\w+;|&#39;/g, 'x').length).toBeLessThanOrEqual(60 + 2 * 30 + 3 * 30 + '... '.length + 3 * ' ... '.length)
      expect(markup.match(/<mark>/g)?.length).toBe(markup.match(/<\/mark>/g)?.length)
    }),
  )
})

const holds = (text: string, term: string) => text.replaceAll(/\s+/g, ' ').trim().toLowerCase().includes(term.toLowerCase())
