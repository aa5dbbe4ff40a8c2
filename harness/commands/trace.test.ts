import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { captured } from '../testing/recordings/captured.ts'
import trace from './trace.ts'

let dir = ''
beforeAll(async () => void (dir = await mkdtemp(join(tmpdir(), 'trace-test-'))))
afterAll(() => rm(dir, { recursive: true, force: true }))

const record = await captured('leaking')
const lines = record.timeline.toString().trimEnd().split('\n')
const first = lines.findIndex((line) => line.includes('"kind":"request"'))

/** What is said of the record of a real run with these lines. */
async function said(timeline: readonly string[]): Promise<{ readonly stdout: string; readonly stderr: string }> {
  await writeFile(join(dir, 'run.json'), record.facts)
  await writeFile(join(dir, 'timeline.ndjson'), timeline.map((line) => `${line}\n`).join(''))
  const [out, err]: [string[], string[]] = [[], []]
  using _stdout = vi.spyOn(process.stdout, 'write').mockImplementation((text) => out.push(String(text)) > 0)
  using _stderr = vi.spyOn(process.stderr, 'write').mockImplementation((text) => err.push(String(text)) > 0)
  expect(await trace.run({ values: { json: true }, positionals: [dir], line: 'lowtide trace' }, { stdout: process.stdout, stderr: process.stderr, signal: AbortSignal.timeout(10_000) })).toBe(0)
  return { stdout: out.join(''), stderr: err.join('') }
}

test('of a record that is as it was written the traces are told, and nothing else', async () => {
  const { stdout, stderr } = await said(lines)
  expect((JSON.parse(stdout) as unknown[]).length).toBeGreaterThan(0)
  expect(stderr).toBe('')
})

test.each<[string, readonly string[], RegExp]>([
  ['in which a request has another status', lines.with(first, lines[first]!.replace('"status":200', '"status":204')), /lines \d+ to \d+ of timeline\.ndjson are not as written/],
  ['in which a line is no entry', lines.with(-1, 'gone'), /line \d+ of timeline\.ndjson is no entry/],
  ['in which an entry has lost a field', lines.with(first, lines[first]!.replace('"cycle":0,', '')), /line \d+ cannot be understood: /],
])('of one %s that is said, beside the traces that it has', async (_, altered, fault) => {
  const { stdout, stderr } = await said(altered)
  expect((JSON.parse(stdout) as unknown[]).length).toBeGreaterThan(10)
  expect(stderr).toMatch(/^The record has \d+ faults?: .+, so these traces may lack something or tell what was not so\. Ask a copy of it that is as it was written\.\n$/)
  expect(stderr).toMatch(fault)
})

test.each<[string, readonly string[]]>([
  ['that is empty', []],
  ['without its last line', lines.slice(0, -1)],
])('of one %s it is said that it was cut off, beside the traces that it has', async (_, rest) => {
  const { stdout, stderr } = await said(rest)
  expect((JSON.parse(stdout) as unknown[]).length > 0).toBe(rest.length > 0)
  expect(stderr).toBe('The record was cut off: it has no last word, so these traces lack what came after. If its run still goes on, ask again at its end; else its harness died, and only another run tells the rest.\n')
})
