import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { captured } from '../testing/recordings/captured.ts'
import report from './report.ts'

let dir = ''
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'report-test-'))
  const { facts, timeline } = await captured('leaking')
  writeFileSync(join(dir, 'run.json'), facts)
  writeFileSync(join(dir, 'timeline.ndjson'), timeline)
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

/** Its exit code, and what it said. */
async function drawn(): Promise<readonly [code: number, said: string]> {
  let said = ''
  using _stdout = vi.spyOn(process.stdout, 'write').mockImplementation((text) => (said += String(text)) !== '')
  using _stderr = vi.spyOn(process.stderr, 'write').mockImplementation((text) => (said += String(text)) !== '')
  const code = await report.run({ values: {}, positionals: [dir], line: 'lowtide report' }, { stdout: process.stdout, stderr: process.stderr, signal: AbortSignal.timeout(10_000) })
  return [code, said.replaceAll(dir, '.')]
}

test('what is drawn may show a leak: the drawing succeeded', async () => {
  expect(await drawn()).toEqual([0, 'leak  ./report.html\n'])
})

test.each(['report.html', 'findings.json'])('a %s that cannot be written is told, with how the verdict can be had, keeps no other away, and half of it is left nowhere', async (file) => {
  mkdirSync(join(dir, file))
  const [code, said] = await drawn()
  expect(said).toMatch(`${file} was not written to .: EISDIR: illegal operation on a directory, rename`)
  expect(said).toMatch(/\nThe verdict alone needs no place: lowtide judge \.\n$/)
  expect([code, readdirSync(dir).toSorted()]).toEqual([3, ['findings.json', 'junit.xml', 'report.html', 'report.md', 'run.json', 'timeline.ndjson']])
})
