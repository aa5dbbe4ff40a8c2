import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { recordOf } from '../accuracy/records.ts'
import type { CellResult } from '../accuracy/run-cell.ts'
import { captured } from '../testing/recordings/captured.ts'
import { entriesOf, factsOf } from '../testing/timeline-of.ts'
import accuracy from './accuracy.ts'

let dir = ''
beforeAll(async () => void (dir = await mkdtemp(join(tmpdir(), 'accuracy-test-'))))
afterAll(() => rm(dir, { recursive: true, force: true }))

const keyOf = (exhibit: string) => `${exhibit} leaky 0.01 1000 0`
const leakIn = (exhibit: string): CellResult => ({
  key: keyOf(exhibit),
  at: '2026-11-26T03:34:25.000Z',
  git: '2e82557',
  exhibit,
  title: 'forgets',
  stack: 'node',
  variant: 'leaky',
  mended: false,
  fault: null,
  rate: 0.01,
  requests: 1_000,
  expected: { verdict: 'leak', by: [], heal: 'permanent', route: null },
  wallS: 30,
  outcome: 'judged',
  verdict: 'leak',
  by: [],
  heal: 'permanent',
  route: null,
  among: [],
  perRequest: null,
  counted: 1_000,
  leftBehind: 10,
  detection: null,
  naive: {},
  headline: '10 left behind',
})
/** Raw results of a leak in each of the exhibits. */
const cells = async (...exhibits: string[]) => {
  const raw = join(dir, 'cells.ndjson')
  await writeFile(raw, exhibits.map((exhibit) => `${JSON.stringify(leakIn(exhibit))}\n`).join(''))
  return raw
}

/** Keeps a record for each of the exhibits. */
async function keep(records: readonly (readonly [exhibit: string, files: Readonly<Record<string, string>>])[]): Promise<void> {
  for (const [exhibit, files] of records) {
    const record = recordOf(keyOf(exhibit), join(dir, 'records'))
    await mkdir(record, { recursive: true })
    for (const [file, text] of Object.entries(files)) await writeFile(join(record, file), text)
  }
}

const running = (values: { readonly raw: string; readonly [option: string]: string | boolean }, positionals: string[]) =>
  accuracy.run({ values, positionals, line: 'lowtide accuracy' }, { stdout: process.stdout, stderr: process.stderr, signal: AbortSignal.timeout(10_000) })
const again = (raw: string, ...positionals: string[]) => running({ raw, records: join(dir, 'records'), again: true }, positionals)
const drawing = (raw: string, ...positionals: string[]) => running({ raw, table: true }, positionals)

test('to judge again where no record was kept, or none of what was asked for, is a mistake', async () => {
  const raw = await cells('L01-node')
  await expect(again(raw)).rejects.toThrow(`Of 1 run that was asked for in ${raw} none has its record in ${join(dir, 'records')}.`)
  await expect(again(join(dir, 'nowhere', 'cells.ndjson'))).rejects.toThrow(/^Of 0 runs /)
})

test('to judge again, or to draw, what there are no results of is a mistake, even beside what there are, and tells what was meant', async () => {
  const raw = await cells('L01-node', 'L07-collector-python')
  const told = `Of the 2 runs in ${raw} none is of L07-colector-python. Did you mean "L07-collector-python"?`
  await expect(again(raw, 'L01', 'L07-colector-python')).rejects.toThrow(told)
  await expect(drawing(raw, 'L01', 'L07-colector-python')).rejects.toThrow(told)
})

test('a table of nothing is a mistake', async () => {
  const raw = await cells('L01-node')
  await expect(drawing(raw, 'L77', 'L78')).rejects.toThrow(`Of the 1 run in ${raw} none is of L77 or L78.`)
  await expect(drawing(join(dir, 'nowhere'))).rejects.toThrow(`No results in ${join(dir, 'nowhere')} yet: lowtide accuracy without --table makes them.`)
})

test('a kept record that is damaged is named, costs no other its judgement, and makes the command fail', async () => {
  const raw = await cells('L01-node', 'L02-node', 'L03-node')
  const facts = JSON.stringify(factsOf())
  const timeline = entriesOf().map((entry) => `${JSON.stringify(entry)}\n`).join('')
  await keep([['L01-node', { 'run.json': facts }], ['L02-node', { 'run.json': facts.slice(0, 80), 'timeline.ndjson': timeline }], ['L03-node', { 'run.json': facts, 'timeline.ndjson': timeline }]])
  const said: string[] = []
  using _stderr = vi.spyOn(process.stderr, 'write').mockImplementation((text) => said.push(String(text)) > 0)
  using _stdout = vi.spyOn(process.stdout, 'write').mockReturnValue(true)
  expect(await again(raw)).toBe(3)
  expect(said).toEqual([
    expect.stringMatching(/^1 of 3 {2}L01-node leaky 0\.01 1000 0: its record cannot be judged, and its result stays as it was: .*timeline\.ndjson cannot be read after line 0: ENOENT/),
    expect.stringMatching(/^2 of 3 {2}L02-node leaky 0\.01 1000 0: its record cannot be judged, and its result stays as it was: .*run\.json is not the run\.json of a recording/),
    '3 of 3  L03-node leaky 0.01 1000 0: pass, was leak (leak expected)\n',
    expect.stringMatching(/^1 of 3 runs judged again by .+, 2 records cannot be judged\n$/),
  ])
  expect((await readFile(raw, 'utf8')).trimEnd().split('\n').map((line) => (JSON.parse(line) as { verdict: string }).verdict)).toEqual(['leak', 'leak', 'pass'])
})

test('neither Lowtide nor a naive detector is asked about a kept record whose checksums do not agree: its result stays as it was', async () => {
  const raw = await cells('L04-node')
  const { facts, timeline } = await captured('leaking')
  await keep([['L04-node', { 'run.json': facts, 'timeline.ndjson': timeline.toString().replaceAll('"pg.backends":', '"pg.backend5":') }]])
  const said: string[] = []
  using _stderr = vi.spyOn(process.stderr, 'write').mockImplementation((text) => said.push(String(text)) > 0)
  using _stdout = vi.spyOn(process.stdout, 'write').mockReturnValue(true)
  expect(await again(raw)).toBe(3)
  expect(said[0]).toMatch(/^1 of 1 {2}L04-node leaky 0\.01 1000 0: its record cannot be judged, and its result stays as it was: .* is not as it was written: lines \d+ to \d+ of timeline\.ndjson are not as written/)
  expect(JSON.parse(await readFile(raw, 'utf8'))).toEqual(leakIn('L04-node'))
})
