import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { judgeRecording } from './conclude.ts'
import { captured } from './testing/recordings/captured.ts'
import { withChecksum } from './timeline/facts-checksum.ts'
import { readEntries, RecordError } from './timeline/reader.ts'
import type { Findings } from './verdict/verdict.ts'

vi.setConfig({ testTimeout: 120_000 })

let dir = ''
beforeAll(async () => void (dir = await mkdtemp(join(tmpdir(), 'altered-record-test-'))))
afterAll(() => rm(dir, { recursive: true, force: true }))

const records = { leaking: await captured('leaking'), healthy: await captured('healthy') }
type Which = keyof typeof records
const linesOf = (which: Which): readonly string[] => records[which].timeline.toString().trimEnd().split('\n')

async function store(which: Which, timeline: Uint8Array | string, facts: Uint8Array | string) {
  await writeFile(join(dir, 'run.json'), facts)
  await writeFile(join(dir, 'timeline.ndjson'), timeline)
}
async function findingsOf(which: Which, timeline: Uint8Array | string = records[which].timeline, facts: Uint8Array | string = records[which].facts): Promise<Findings | 'refused'> {
  await store(which, timeline, facts)
  return judgeRecording(dir).then(({ findings }) => findings, (error) => {
    if (error instanceof RecordError) return 'refused'
    throw error
  })
}
const lastAged = (lines: readonly string[]): number => lines.findLastIndex((line) => /"transactionAgeMs":\d\d/.test(line))
const verdictOf = (findings: Findings | 'refused') => (findings === 'refused' ? findings : findings.verdict)

/** One byte of a file, counted from its end and round and round it, and what becomes of it. */
const alteration = fc.record({ which: fc.constantFrom<Which>('leaking', 'healthy'), at: fc.oneof({ weight: 3, arbitrary: fc.nat({ max: 999_999_999 }) }, fc.nat({ max: 150 })), by: fc.integer({ min: 1, max: 255 }) })
function altered(whole: Uint8Array, { at, by }: { readonly at: number; readonly by: number }): Buffer {
  const bytes = Buffer.from(whole)
  const place = bytes.length - 1 - (at % bytes.length)
  bytes[place] = (bytes[place] ?? 0) ^ by
  return bytes
}

describe('the record of a real run', () => {
  test('says what it said as it was written', async () => {
    expect([verdictOf(await findingsOf('leaking')), verdictOf(await findingsOf('healthy'))]).toEqual(['leak', 'pass'])
  })

  test('in which any one byte is another tells so, or holds the same entries', async () => {
    const whole = { leaking: '', healthy: '' }
    for (const which of ['leaking', 'healthy'] as const) {
      await store(which, records[which].timeline, records[which].facts)
      whole[which] = JSON.stringify(await Array.fromAsync(readEntries(dir)))
    }
    await fc.assert(
      fc.asyncProperty(alteration, async (one) => {
        await store(one.which, altered(records[one.which].timeline, one), records[one.which].facts)
        const entries = await Array.fromAsync(readEntries(dir))
        expect(entries.some((entry) => 'damage' in entry && entry.altered) || JSON.stringify(entries) === whole[one.which]).toBe(true)
      }),
      { numRuns: 400 },
    )
  })

  test('in which any one byte is another is inconclusive or refused, or judged to the same bytes: neither does a leak pass nor a healthy application leak', async () => {
    const whole = { leaking: JSON.stringify(await findingsOf('leaking')), healthy: JSON.stringify(await findingsOf('healthy')) }
    await fc.assert(
      fc.asyncProperty(alteration, async (one) => {
        const findings = await findingsOf(one.which, altered(records[one.which].timeline, one))
        expect(['inconclusive', 'refused'].includes(verdictOf(findings)) || JSON.stringify(findings) === whole[one.which]).toBe(true)
      }),
      { numRuns: 100 },
    )
  })

  test('in whose run.json any one byte is another is refused, or judged to the same bytes', async () => {
    const whole = { leaking: JSON.stringify(await findingsOf('leaking')), healthy: JSON.stringify(await findingsOf('healthy')) }
    await fc.assert(
      fc.asyncProperty(alteration, async (one) => {
        const { timeline, facts } = records[one.which]
        const findings = await findingsOf(one.which, timeline, altered(Buffer.from(withChecksum(facts)), one))
        expect(findings === 'refused' || JSON.stringify(findings) === whole[one.which]).toBe(true)
      }),
      { numRuns: 400 },
    )
  })

  test.each<[string, Which, (lines: readonly string[]) => readonly string[], RegExp]>([
    ['a transaction has lost a digit of its age', 'leaking', (lines) => lines.map((line, i) => (i === lastAged(lines) ? line.replace(/"transactionAgeMs":\d(?=\d)/, '"transactionAgeMs":') : line)), /lines \d+ to \d+ of timeline\.ndjson are not as written/],
    ['what it left is told as idle', 'leaking', (lines) => lines.map((line) => line.replaceAll('idle in transaction (aborted)', 'idle')), /lines \d+ to \d+ of timeline\.ndjson are not as written/],
    ['one line is that of another run', 'healthy', (lines) => lines.with(150, linesOf('leaking')[150]!), /lines 102 to 201 of timeline\.ndjson are not as written/],
    ['all lines between two checksums are those of another run', 'healthy', (lines) => lines.toSpliced(101, 100, ...linesOf('leaking').slice(101, 201)), /lines 102 to 201 of timeline\.ndjson are not as written/],
    ['a line comes behind its end', 'healthy', (lines) => [...lines, JSON.stringify({ n: lines.length, atMs: 1e9, kind: 'beat', counters: {} })], /lines 350 to 350 of timeline\.ndjson are not as written: they have lost their checksum/],
    ['the last line has lost its checksum', 'healthy', (lines) => lines.with(-1, lines.at(-1)!.replace(/,"crc32":"\w+"/, '')), /lines 302 to 349 of timeline\.ndjson are not as written: they have lost their checksum/],
  ])('is inconclusive where %s, and tells where and what to do', async (_, which, alter, sentence) => {
    const findings = await findingsOf(which, alter(linesOf(which)).map((line) => `${line}\n`).join(''))
    expect(findings).toMatchObject({ verdict: 'inconclusive', hangs: [], next: expect.arrayContaining(['judge a copy of the record that is as it was written, or run again']) })
    expect((findings as Findings).findings[0]).toMatchObject({ invariant: 'the record is whole', kind: 'inconclusive', sentence: expect.stringMatching(sentence) })
  })

  test('that was cut off after any of its lines is told as cut off, as one without checksums is', async () => {
    const lines = linesOf('healthy')
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: lines.length - 1 }), async (kept) => {
        const findings = await findingsOf('healthy', lines.slice(0, kept).map((line) => `${line}\n`).join(''))
        expect((findings as Findings).findings.find(({ invariant }) => invariant === 'the record is whole')?.sentence).toBe('the record was cut off: it has no last word')
      }),
      { numRuns: 20 },
    )
  })

  test('that was cut off within a line still tells its leak, as one without checksums does: a disk was full, or the power gone', async () => {
    const lines = linesOf('leaking')
    const end = lines.at(-1)!
    const cut = async (end: string) => verdictOf(await findingsOf('leaking', `${lines.slice(0, -1).join('\n')}\n${end}`))
    expect(await cut(end.slice(0, 40))).toBe('leak')
    expect(await cut(`${end.slice(0, 40)}\0\0\0`)).toBe('leak')
    // These are not cut off: the last byte is another, or the last but one.
    for (const other of [`${end} `, `${end}x`, `${end.slice(0, -1)}x\n`]) expect(await cut(other)).toBe('inconclusive')
  })

  test('that carries no checksum, as older ones, is judged to the same bytes', async () => {
    for (const which of ['leaking', 'healthy'] as const) {
      const older = linesOf(which).map((line) => `${line.replace(/,"crc32":"\w{8}"}$/, '}')}\n`).join('')
      expect(older).not.toContain('crc32')
      expect(JSON.stringify(await findingsOf(which, older))).toBe(JSON.stringify(await findingsOf(which)))
    }
  })
})
