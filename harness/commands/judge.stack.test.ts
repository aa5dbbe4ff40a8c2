import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { entriesOf, factsOf, hungRequest, type Run } from '../testing/timeline-of.ts'
import { formatVersion } from '../timeline/entry.ts'

const launcher = join(import.meta.dirname, '../lowtide.mjs')
let dir = ''
beforeAll(() => void (dir = mkdtempSync(join(tmpdir(), 'judge-test-'))))
afterAll(() => rmSync(dir, { recursive: true, force: true }))

const start = (...args: readonly string[]) => spawn(process.execPath, [launcher, 'judge', ...args], { stdio: ['ignore', 'pipe', 'pipe'] })

async function judged(...args: readonly string[]): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> {
  const child = start(...args)
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')])
  return { code, stdout, stderr }
}

let folders = 0
function recording(files: Readonly<Record<string, string | Uint8Array>>): string {
  const folder = join(dir, String((folders += 1)))
  mkdirSync(folder)
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content)
  return folder
}

const facts = JSON.stringify(factsOf())
const linesOf = (run: Run = {}): readonly string[] => entriesOf(run).map((entry) => `${JSON.stringify(entry)}\n`)
const whole = linesOf().join('')
const withTimeline = (timeline: string | Uint8Array) => ({ 'run.json': facts, 'timeline.ndjson': timeline })

test('a whole recording passes, one with a hung request leaks', async () => {
  expect((await judged(recording(withTimeline(whole)))).code).toBe(0)
  expect((await judged(recording(withTimeline(linesOf({ beings: hungRequest({ cycle: 4 }) }).join(''))))).code).toBe(1)
})

describe('what is no recording ends with 64 and two lines: what is wrong, and where to read on', () => {
  test.each<[string, Readonly<Record<string, string | Uint8Array>>, RegExp]>([
    ['an empty folder', {}, /No recording in .*run\.json cannot be read \(ENOENT\)/],
    ['the folder of another program', { 'package.json': '{"name":"x"}', 'run.json': '{"name":"x","version":"1.0.0"}' }, /is not the run\.json of a recording: it has no formatVersion\./],
    ['facts without a timeline', { 'run.json': facts }, /timeline\.ndjson cannot be read after line 0: ENOENT/],
    ['a recording of a later format', { ...withTimeline(whole), 'run.json': JSON.stringify({ ...factsOf(), formatVersion: formatVersion + 1 }) }, /has format version \d+; this Lowtide reads up to \d+\. Judge it with the version that recorded it, or update\./],
    ['facts of another shape', { ...withTimeline(whole), 'run.json': JSON.stringify({ ...factsOf(), probes: [7], doses: 'many', suppressions: {} }) }, /is not the run\.json of a recording: it has no list of probes, no list of doses, no list of suppressions\./],
    ['facts that were half written', { ...withTimeline(whole), 'run.json': facts.slice(0, 80) }, /is not the run\.json of a recording/],
  ])('%s', async (_, files, sentence) => {
    const { code, stdout, stderr } = await judged(recording(files))
    expect(stderr).toMatch(sentence)
    expect([code, stdout, stderr.trimEnd().split('\n').length]).toEqual([64, '', 2])
  })
})

describe('what is not whole is inconclusive, with 2, and says so in a line', () => {
  const lines = linesOf()
  test.each<[string, () => string | Uint8Array]>([
    ['an empty timeline', () => ''],
    ['a timeline cut off in a line', () => whole.slice(0, whole.length / 2)],
    ['a timeline with NUL bytes, as a power cut leaves them', () => whole.slice(0, -40) + '\0'.repeat(40)],
    ['a timeline in Latin-1', () => Buffer.concat([Buffer.from(lines.slice(0, 9).join('')), Buffer.from('{"n":9,"kind":"\xe9v\xe9nement"}\n', 'latin1'), Buffer.from(lines.slice(10).join(''))])],
    ['a line of 50 MB', () => `${whole}{"kind":"beat","counters":"${'x'.repeat(50e6)}`],
    ['a line of 50 MB that is an entry', () => `${whole}{"kind":"rumour","n":${lines.length},"atMs":1e9,"of":"${'x'.repeat(50e6)}"}\n`],
    ['two million brackets', () => `${'['.repeat(2e6)}\n${whole}`],
    ['every line twice', () => lines.map((line) => line + line).join('')],
    ['every line in the place of another', () => lines.toReversed().join('')],
    ['two runs in one', () => lines.flatMap((line, i) => [line, linesOf({ looks: 4 })[i] ?? '']).join('')],
  ])('%s', async (_, timeline) => {
    const { code, stdout, stderr } = await judged(recording(withTimeline(timeline())))
    expect(stdout).toMatch(/^INCONCLUSIVE /)
    expect(stdout).toMatch(/the record is whole: the record (has \d+ faults?: .*line|was cut off: it has no last word)/s)
    expect([code, stderr]).toEqual([2, ''])
    // However much there is of it, it fits on a screen.
    expect(stdout.length).toBeLessThan(5_000)
  })
})

test('a long answer comes whole to a reader that takes its time', async () => {
  const leaking = linesOf({ beings: Array.from({ length: 120 }, (_, nth) => hungRequest({ cycle: 4, pid: 20_000 + 2 * nth })).flat() })
  const child = start(recording(withTimeline(leaking.join(''))), '--json')
  await once(child.stdout, 'readable')
  await delay(500)
  const said = await text(child.stdout)
  expect(said.length).toBeGreaterThan(200_000)
  expect(JSON.parse(said)).toMatchObject({ verdict: 'leak' })
})
