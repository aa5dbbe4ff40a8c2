import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const read = (file: string) => readFile(join(import.meta.dirname, file), 'utf8')

/** Lines of one that the other does not have. */
const only = (one: string, other: string) => one.split('\n').filter((line) => !other.split('\n').includes(line))

test('in Node, each library is there in two releases, pinned', async () => {
  const { dependencies } = JSON.parse(await read('node/package.json')) as { readonly dependencies: Readonly<Record<string, string>> }
  const leaky = Object.keys(dependencies).filter((name) => name.endsWith('-leaky'))
  expect(leaky.length).toBeGreaterThan(0)
  for (const name of leaky) expect(dependencies[name.replace('-leaky', '-mended')], name).not.toBe(dependencies[name])
  for (const version of Object.values(dependencies)) expect(version).toMatch(/^(npm:[\w-]+@)?\d+\.\d+\.\d+$/)
})

test('in Python, one release is all that differs', async () => {
  const [leaky, mended] = await Promise.all([read('python/leaky.txt'), read('python/mended.txt')])
  expect(only(leaky, mended)).toEqual([expect.stringMatching(/^psycopg-pool==[\d.]+$/)])
  expect(only(mended, leaky)).toEqual([expect.stringMatching(/^psycopg-pool==[\d.]+$/)])
})

test.each([['begin-failed', 'github.com/jackc/pgx/v4'], ['columns', 'gorm.io/gorm']])('in Go, %s is built with another release of %s', async (program, library) => {
  const [leaky, mended] = await Promise.all([read(`go/${program}/leaky.mod`), read(`go/${program}/mended.mod`)])
  expect(only(leaky, mended)).toContainEqual(expect.stringContaining(`${library} v`))
  expect(only(mended, leaky)).toContainEqual(expect.stringContaining(`${library} v`))
})

test('the lock file names no registry: the same file serves every mirror', async () => {
  expect(await read('node/package-lock.json')).not.toContain('"resolved"')
})
