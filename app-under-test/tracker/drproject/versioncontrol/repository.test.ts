import { mkdirSync, mkdtempDisposableSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, posix } from 'node:path'
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

test('a project whose name leads elsewhere has no repository', () => {
  using folder = mkdtempDisposableSync(join(tmpdir(), 'tracker-repositories-'))
  for (const name of ['here/Ours.git', 'Theirs.git', 'here/deeper/Theirs.git']) mkdirSync(join(folder.path, name), { recursive: true })
  const here = join(folder.path, 'here')
  expect(openRepository(here, 'Ours')?.folder).toBe(join(here, 'Ours.git'))
  for (const project of ['../Theirs', 'deeper/Theirs', 'deeper\\Theirs', 'Theirs', 'Ours\0']) expect(openRepository(here, project)).toBe(null)
})
