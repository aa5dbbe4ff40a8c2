import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { factsOf } from '../testing/timeline-of.ts'
import { withChecksum } from './facts-checksum.ts'
import { linesOf } from './lines.ts'
import { readEntries, readFacts } from './reader.ts'

let dir = ''
beforeEach(() => void (dir = mkdtempSync(join(tmpdir(), 'reader-test-'))))
afterEach(() => rmSync(dir, { recursive: true, force: true }))

const store = (file: string, text: string | Buffer) => writeFileSync(join(dir, file), text)
const entries = () => Array.fromAsync(readEntries(dir))
const line = (n: number, detail = '') => `${JSON.stringify({ n, atMs: n, kind: 'canary', detail })}\n`

test('an entry whose text holds a line separator of Unicode is one entry', async () => {
  store('timeline.ndjson', line(0, 'SELECT \u2028 \u2029 \u0085 1') + line(1))
  expect(await entries()).toMatchObject([{ n: 0, detail: 'SELECT \u2028 \u2029 \u0085 1' }, { n: 1 }])
})

test.each<[string, string | Buffer, (string | number)[]]>([
  ['nothing', '', []],
  ['a line torn by a crash', `${line(0)}{"n":1,"atMs":1,"ki`, [0, 'line 2 of timeline.ndjson is no entry: "{\\"n\\":1,\\"atMs\\":1,\\"ki"']],
  ['an empty line', `${line(0)}\n${line(1)}`, [0, 'line 2 of timeline.ndjson is no entry: ""', 1]],
  ['zeros, as a file system leaves them after a power cut', Buffer.concat([Buffer.from(line(0)), Buffer.alloc(4)]), [0, String.raw`line 2 of timeline.ndjson is no entry: "\u0000\u0000\u0000\u0000"`]],
  ['JSON that is no entry', '[]\n7\nnull\n{"n":"0","atMs":0,"kind":"beat"}\n', [1, 2, 3, 4].map((nth) => expect.stringContaining(`line ${nth} of`))],
  ['bytes that are no UTF-8', Buffer.concat([Buffer.from([0xff, 0xfe, 10]), Buffer.from(line(0))]), [expect.stringContaining('line 1 of'), 0]],
  ['changes since a look that is not there', '{"n":0,"atMs":0,"kind":"look","since":7,"members":[1]}\n', [expect.stringMatching(/^line 1 of timeline\.ndjson tells what has changed since a look that is missing: /)]],
  ['lines that end as on Windows', line(0).replace('\n', '\r\n') + line(1), [0, 1]],
])('%s is read as what it is', async (_, text, expected) => {
  store('timeline.ndjson', text)
  expect((await entries()).map((entry) => ('damage' in entry ? entry.damage : entry.n))).toEqual(expected)
})

test('a record without its timeline is refused in one line', async () => {
  await expect(entries()).rejects.toThrow(/timeline\.ndjson cannot be read after line 0: ENOENT/)
})

test.each([
  ['no run.json', null, /No recording in .*run\.json cannot be read \(ENOENT\)\. Name the folder of a run/],
  ['half a run.json', '{"formatVersion":1', /is not the run\.json of a recording/],
  ['a run.json of something else', '{"name":"x"}', /is not the run\.json of a recording: it has no formatVersion/],
  ['a run.json whose thresholds are none', JSON.stringify({ ...factsOf(), thresholds: [{ metric: 1 }] }), /is not the run\.json of a recording: it has no list of thresholds\.$/],
  ['a run.json in which a digit is another', withChecksum(`${JSON.stringify(factsOf(), null, 2)}\n`).replace('"concurrency": 8', '"concurrency": 9'), /run\.json is not as it was written: its checksum is "[0-9a-f]{8}", and was "[0-9a-f]{8}"\. Put a copy of it in its place that is; if it was changed on purpose, take out its last field, crc32\.$/],
  ['a run.json of a newer Lowtide', '{"formatVersion":99}', /format version 99; this Lowtide reads up to 2\. Judge it with the version that recorded it/],
])('%s is refused in one line', async (_, text, message) => {
  if (text !== null) store('run.json', text)
  await expect(readFacts(dir)).rejects.toThrow(message)
})

test('lines are the same however the stream is cut', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.string({ unit: 'binary' }).map((text) => text.replaceAll('\n', ' '))), fc.integer({ min: 1, max: 7 }), async (lines, size) => {
      const bytes = Buffer.from(lines.map((text) => `${text}\n`).join(''))
      const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, nth) => bytes.subarray(nth * size, (nth + 1) * size))
      expect(await Array.fromAsync(linesOf(Readable.from(chunks, { objectMode: false })))).toEqual(lines.map((text) => text.toWellFormed()))
    }),
    { numRuns: 50 },
  )
})
