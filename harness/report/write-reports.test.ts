import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { hostileRun } from '../testing/recordings/hostile.ts'
import { loadReporters, writeReports } from './write-reports.ts'

test('every file of reporters/ is a reporter, and each has a file of its own', async () => {
  const files = (await loadReporters()).map(({ file }) => file)
  expect(files.toSorted()).toEqual(['findings.json', 'junit.xml', 'report.html', 'report.md'])
})

test('the folder holds the finished reports and nothing else', async () => {
  await using dir = await temporaryDir()
  const written = await writeReports(dir.path, await hostileRun('harmless'))
  expect((await readdir(dir.path)).toSorted()).toEqual(written.toSorted())
  expect(await readFile(join(dir.path, 'report.html'), 'utf8')).toMatch(/<\/html>\n$/)
})

test('a report that cannot be written keeps none of the others away, and is named with its folder', async () => {
  await using dir = await temporaryDir()
  // Nothing can be renamed onto a folder.
  await mkdir(join(dir.path, 'report.md'))
  await expect(writeReports(dir.path, await hostileRun('harmless'))).rejects.toThrow(`report.md was not written to ${dir.path}: EISDIR`)
  expect((await readdir(dir.path)).toSorted()).toEqual(['findings.json', 'junit.xml', 'report.html', 'report.md'])
})

async function temporaryDir() {
  const path = await mkdtemp(join(tmpdir(), 'lowtide-reports-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}
