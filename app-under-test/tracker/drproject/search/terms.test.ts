import { expect, test } from 'vitest'
import { termsOf } from './terms.ts'

test.each([
  ['parser error', ['parser', 'error']],
  ['  "does not  parse"  <b> ', ['does not parse', '<b>']],
  ['Parser parser PARSER', ['PARSER']],
  ['an "open quote', ['an', 'open', 'quote']],
  ['日本', ['日本']],
])('%s', (text, terms) => {
  expect(termsOf(text)).toEqual({ kind: 'terms', terms })
})

test.each(['', '   ', '""', '"'])('%j asks for nothing', (text) => {
  expect(termsOf(text)).toEqual({ kind: 'none' })
})

test.each([
  ['a', '"a" is too short'],
  ['parser x', '"x" is too short'],
  ['one two three four five six seven eight nine ten eleven', 'These are 11 words, and 10'],
  ['x'.repeat(401), '401 characters'],
])('%s is refused', (text, words) => {
  expect(termsOf(text)).toEqual({ kind: 'refused', problem: expect.stringContaining(words) })
})
