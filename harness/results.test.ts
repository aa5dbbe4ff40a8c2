import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { appendResult, readResults, resumeResults } from './results.ts'

let dir = ''
let file = ''
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'results-test-'))
  file = join(dir, 'raw', 'cells.ndjson')
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

type Result = { readonly nth: number }
const fits = ({ nth }: Partial<Result>) => typeof nth === 'number'
const faultOf = (work: Promise<unknown>) => work.then(() => null, (error: Error) => error.message.replaceAll(dir, '.'))

test('where there are none yet a reader gets none, and makes nothing', async () => {
  expect(await readResults(file, fits)).toEqual([])
  expect(existsSync(join(dir, 'raw'))).toBe(false)
})

test.each([
  ['a whole last line', '{"nth":1}\n{"nth":2}\n', [1, 2]],
  ['a last line that was cut off', '{"nth":1}\n{"nt', [1]],
  ['a last line that lacks its end alone', '{"nth":1}\n{"nth":2}', [1, 2]],
  ['nothing but the beginning of a line', '{"nté', []],
  ['nothing', '', []],
])('of a file with %s the whole results are read, and the next one is a line of its own', async (_, text, expected) => {
  await resumeResults(file, fits)
  writeFileSync(file, text)
  expect((await readResults<Result>(file, fits)).map(({ nth }) => nth)).toEqual(expected)
  expect(readFileSync(file, 'utf8')).toBe(text)
  expect((await resumeResults<Result>(file, fits)).map(({ nth }) => nth)).toEqual(expected)
  appendFileSync(file, '{"nth":9}\n')
  expect((await readResults<Result>(file, fits)).map(({ nth }) => nth)).toEqual([...expected, 9])
})

test('a file of another kind is told by its line, and left as it is', async () => {
  for (const text of ['{"nth":1}\nnot json\n{"nth":2}\n', '{"nth":1}\n{"n":2}\n', '{"nth":1}\nnull\n']) {
    writeFileSync(join(dir, 'other'), text)
    expect(await faultOf(resumeResults(join(dir, 'other'), fits))).toBe(`Line 2 of ./other is no result: ${JSON.stringify(text.split('\n')[1])}. Name another place with --raw.`)
    expect(readFileSync(join(dir, 'other'), 'utf8')).toBe(text)
  }
})

test('a place that cannot be read or written is told, and what to name instead', async () => {
  expect(await faultOf(readResults(dir, fits))).toBe('The results in . cannot be read: EISDIR: illegal operation on a directory, read. Name another place with --raw.')
  expect(await faultOf(resumeResults(dir, fits))).toBe("No results can be written to .: EISDIR: illegal operation on a directory, open '.'. Name another place with --raw.")
  writeFileSync(join(dir, 'raw'), '')
  expect(await faultOf(resumeResults(file, fits))).toMatch(/^No results can be written to \.\/raw\/cells\.ndjson: EEXIST: .* Name another place with --raw\.$/)
})

test('a disk that is full by now is told in one line, with what becomes of the results', async () => {
  expect(await faultOf(appendResult('/dev/full', { nth: 1 }))).toBe('No further result can be written to /dev/full: ENOSPC: no space left on device, write. Make room and start it again: it goes on behind the last one that is whole.')
})
