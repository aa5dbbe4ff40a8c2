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

test('an excerpt is about as long as asked, and well-formed', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 400 }), fc.array(fc.string({ minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 3 }), (text, terms) => {
      const { markup } = excerptOf(text, terms, 60)
      const words = markup.replaceAll(/<\/?mark>/g, '')
      expect(words).not.toMatch(/[<>"']/)
      expect(words.replaceAll(/&\w+;|&#39;/g, 'x').length).toBeLessThanOrEqual(60 + 30 + '... '.length + ' ...'.length)
      expect(markup.match(/<mark>/g)?.length).toBe(markup.match(/<\/mark>/g)?.length)
    }),
  )
})
