import { posix } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isPath, openRepository } from './repository.ts'

test('no path that is taken for one leads out of its folder, or to another name for the same thing', () => {
  const segments = fc.oneof(fc.constantFrom('.', '..', '', '.git', 'trunk', 'a\0b', '...', ' '), fc.string())
  fc.assert(
    fc.property(fc.array(segments, { minLength: 1, maxLength: 6 }), (parts) => {
      const path = parts.join('/')
      expect(!isPath(path) || posix.resolve('/repository', path) === `/repository/${path}`).toBe(true)
    }),
  )
})

test.each(['trunk', 'trunk/parser/main 1.py', 'Zoë', '-option', ':(glob)*', '...'])('%j is a path', (path) => expect(isPath(path)).toBe(true))

test.each(['', '/', '/etc/passwd', '..', '../x', 'trunk/..', 'trunk/../../x', './trunk', 'trunk//x', 'trunk/', '.git/config', 'trunk/.GIT/config', 'a\0b'])('%j is none', (path) => expect(isPath(path)).toBe(false))

test('a project whose name is no folder of ours has no repository', () => {
  for (const project of ['..', '../..', '/etc', '.hidden', 'a/b', 'a\\b', '']) expect(openRepository('/', project)).toBe(null)
})
