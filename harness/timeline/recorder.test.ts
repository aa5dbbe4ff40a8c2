import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { factsOf } from '../testing/timeline-of.ts'
import type { Entry, Happening } from './entry.ts'
import { openRecorder, storeFacts } from './recorder.ts'
import { readEntries, readFacts } from './reader.ts'

let dir = ''
beforeEach(() => void (dir = mkdtempSync(join(tmpdir(), 'recorder-test-'))))
afterEach(() => rmSync(dir, { recursive: true, force: true }))

const canary = (detail: string): Happening => ({ kind: 'canary', url: '/', outcome: 'answered', detail, tookMs: 1 })
const timeline = () => readFileSync(join(dir, 'timeline.ndjson'), 'utf8')

test('lines are numbered from 0 and their time never runs back', async () => {
  using recorder = openRecorder(dir)
  for (const detail of ['a', 'b', 'c']) recorder.record(canary(detail))
  recorder[Symbol.dispose]()
  const entries = (await Array.fromAsync(readEntries(dir))) as Entry[]
  expect(entries.map(({ n }) => n)).toEqual([0, 1, 2])
  expect(entries.map(({ atMs }) => atMs)).toEqual(entries.map(({ atMs }) => atMs).toSorted((a, b) => a - b))
})

test('its first line and its end carry a checksum, over what is on the disk, secrets taken out; who reads it sees neither', async () => {
  using recorder = openRecorder(dir)
  for (const detail of ['a', 'postgres://app:hunter2@127.0.0.1/app']) recorder.record(canary(detail))
  recorder.record({ kind: 'end', how: 'completed', detail: '' })
  recorder[Symbol.dispose]()
  expect(timeline().trimEnd().split('\n').map((line) => line.includes('"crc32"'))).toEqual([true, false, true])
  const entries = await Array.fromAsync(readEntries(dir))
  expect(entries).toMatchObject([{ detail: 'a' }, { detail: 'postgres://app:***@127.0.0.1/app' }, { kind: 'end' }])
  expect(JSON.stringify(entries)).not.toContain('crc32')
})

test('what is known of the run is stored with a checksum, over what is on the disk, secrets taken out, and read without it', async () => {
  using recorder = openRecorder(dir)
  const facts = { ...factsOf(), command: 'lowtide run x.ts --database postgres://app:hunter2@127.0.0.1/app' }
  storeFacts(recorder, facts)
  expect(readFileSync(join(dir, 'run.json'), 'utf8')).toMatch(/,\n {2}"crc32": "[0-9a-f]{8}"\n\}\n$/)
  expect(await readFacts(dir)).toEqual({ ...facts, command: 'lowtide run x.ts --database postgres://app:***@127.0.0.1/app' })
})

test('what was recorded is on the disk a second later, with the harness still running', async () => {
  using recorder = openRecorder(dir)
  recorder.record(canary('soon'))
  await expect.poll(timeline, { timeout: 1_500 }).toContain('"detail":"soon"')
})

test('no secret gets into the record or into a file beside it; who follows in memory sees what was said', () => {
  const followed: Entry[] = []
  using recorder = openRecorder(dir)
  recorder.follow((entry) => followed.push(entry))
  recorder.record(canary('postgres://app:hunter2@127.0.0.1/app'))
  recorder.store('evidence.json', JSON.stringify({ environ: 'LANG=C\nPGPASSWORD=hunter2\nHOME=/' }))
  recorder[Symbol.dispose]()
  expect(timeline() + readFileSync(join(dir, 'evidence.json'), 'utf8')).not.toContain('hunter2')
  expect(timeline()).toContain('postgres://app:***@127.0.0.1/app')
  expect(followed).toMatchObject([{ n: 0, detail: 'postgres://app:hunter2@127.0.0.1/app' }])
})

test('a record that is there already is never written over', () => {
  writeFileSync(join(dir, 'timeline.ndjson'), 'of another run\n')
  expect(() => openRecorder(dir)).toThrow(/The record cannot be written to .*EEXIST.*--reports/)
  expect(timeline()).toBe('of another run\n')
})

// Only root may mount: a disk of 64 kB.
test.skipIf(process.getuid?.() !== 0)('a disk that is full in the middle of a line aborts the run, says what to do, and nothing is written behind the tear', async () => {
  const small = join(dir, 'small')
  mkdirSync(small)
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'lowtide-test', small])
  try {
    using recorder = openRecorder(small)
    recorder.record(canary('x '.repeat(50_000)))
    await expect.poll(() => recorder.failed.aborted, { timeout: 1_500 }).toBe(true)
    expect(String(recorder.failed.reason)).toMatch(/^UnwritableError: The record cannot be written to .*ENOSPC: no space left.*Free some space, or name another folder with --reports\.$/)
    truncateSync(join(small, 'timeline.ndjson'), 4_096) // room again
    recorder.record(canary('after the tear'))
    recorder[Symbol.dispose]()
    expect(readFileSync(join(small, 'timeline.ndjson'), 'utf8')).not.toContain('after the tear')
  } finally {
    execFileSync('umount', [small])
  }
})

test('a folder that is deleted meanwhile aborts the run: its record is nowhere any more', async () => {
  using recorder = openRecorder(dir)
  recorder.record(canary('x'))
  rmSync(dir, { recursive: true })
  await expect.poll(() => recorder.failed.aborted, { timeout: 1_500 }).toBe(true)
  expect(String(recorder.failed.reason)).toMatch(/The record cannot be written to .*deleted/)
})

test('a file of the run is stored whole or not at all', () => {
  using recorder = openRecorder(dir)
  expect(() => recorder.store('no-such-folder/x.json', '{}')).toThrow(/The record cannot be written to .*no-such-folder/)
  mkdirSync(join(dir, 'folder.json'))
  expect(() => recorder.store('folder.json', '{}')).toThrow(/The record cannot be written to .*folder\.json: EISDIR/)
  recorder.store('x.json', '{}')
  expect(readFileSync(join(dir, 'x.json'), 'utf8')).toBe('{}')
  expect(readdirSync(dir).filter((name) => name.endsWith('.part'))).toEqual([])
})
