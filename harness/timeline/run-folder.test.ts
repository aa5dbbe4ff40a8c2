import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { runLabelOf } from '../scenario/cluster.ts'
import { openRunFolder } from './run-folder.ts'

let reports = ''
beforeEach(() => void (reports = mkdtempSync(join(tmpdir(), 'folder-test-'))))
afterEach(() => rmSync(reports, { recursive: true, force: true }))

test('a run’s folder says when and what, and so does the run’s id', async () => {
  const { dir, run } = await openRunFolder(join(reports, 'not', 'yet', 'there'), 'a-soak')
  expect(basename(dir)).toMatch(/^\d{4}-\d\d-\d\dT\d{6}Z-a-soak$/)
  expect(run).toMatch(/^\d{4}-\d\d-\d\dT\d{6}Z-[0-9a-f]{6}-a-soak$/)
  expect(readdirSync(dir).toSorted()).toEqual(['agent', 'forensics', 'load', 'logs'])
})

test('runs that begin in the same second get folders of their own', async () => {
  const folders = await Promise.all(Array.from({ length: 8 }, () => openRunFolder(reports, 'a-soak')))
  expect(new Set(folders.map(({ dir }) => dir)).size).toBe(8)
})

test('runs of one scenario that begin in the same second in different places have different ids: each would tear down what the others own', async () => {
  const folders = await Promise.all(Array.from({ length: 8 }, (_, nth) => openRunFolder(join(reports, String(nth)), 'a-soak')))
  expect(new Set(folders.map(({ run }) => run)).size).toBe(8)
})

test('so have those whose ids are cut to the length that a label may have', async () => {
  const folders = await Promise.all(Array.from({ length: 8 }, () => openRunFolder(reports, 'a-soak-that-says-more-than-a-label-holds-and-then-some-more')))
  expect(new Set(folders.map(({ run }) => runLabelOf(run))).size).toBe(8)
})

test('a place that takes no folder is told in one line with the way out', async () => {
  writeFileSync(join(reports, 'file'), '')
  await expect(openRunFolder(join(reports, 'file', 'x'), 'a-soak')).rejects.toThrow(/The folder for the record .* cannot be made: ENOTDIR.*Name another with --reports\.$/)
})

test('a file system that makes no folders is told as well, and at once', async () => {
  await expect(openRunFolder('/proc/lowtide/reports', 'a-soak')).rejects.toThrow(/cannot be made: ENOENT/)
})
