import { expect, test } from 'vitest'
import { isPageName, withoutTitle } from './page-name.ts'

test.each(['WikiStart', 'Meeting of May', 'A/B/c', 'Zoë', '日本', 'C++', 'a:b', '100%'])('%j names a page', (name) => {
  expect(isPageName(name)).toBe(true)
})

test.each(['', '/', 'a/', '/a', 'a//b', '.', '..', 'a/../b', ' a', 'a /b', 'a?b', 'a#b', 'a\\b', 'a\nb', 'a\0', 'x'.repeat(101)])('%j does not', (name) => {
  expect(isPageName(name)).toBe(false)
})

test('a heading that only repeats the name is left out, once', () => {
  expect(withoutTitle('Plan', '= Plan =\n= Plan =')).toBe('= Plan =')
  expect(withoutTitle('Plan', '== Plan')).toBe('')
  expect(withoutTitle('Plan', '= Planning =\nx')).toBe('= Planning =\nx')
  expect(withoutTitle('Plan', 'Plan')).toBe('Plan')
})
