import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { logLinesWith } from './log-lines.ts'

let dir = ''
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'log-lines-'))
  await mkdir(join(dir, 'logs'))
})
afterAll(() => rm(dir, { recursive: true, force: true }))

test('of each log the first lines are told in which the id is a word, and how many more there are', async () => {
  await writeFile(join(dir, 'logs', 'app.log'), ['begins 3-20 grüße', 'of 13-20 nothing', 'of 3-201 nothing', ...Array.from({ length: 6 }, (_, n) => `${n} of 3-20`), `3-20${'.'.repeat(999)}`].join('\n'))
  await writeFile(join(dir, 'logs', 'other.log'), 'nothing\n')
  expect(await logLinesWith(dir, '3-20')).toEqual(['app.log: begins 3-20 grüße', ...[0, 1, 2, 3].map((n) => `app.log: ${n} of 3-20`), 'app.log: 3 more lines of it'])
})

test('a line without an end is looked at in its beginning, and those after it as ever', async () => {
  await writeFile(join(dir, 'logs', 'app.log'), `3-20${'.'.repeat(3_000_000)}\nlast 3-20`)
  expect(await logLinesWith(dir, '3-20')).toEqual([`app.log: 3-20${'.'.repeat(296)}`, 'app.log: last 3-20'])
})

test('a run without logs has no lines', async () => {
  expect(await logLinesWith(join(dir, 'logs'), '3-20')).toEqual([])
})
