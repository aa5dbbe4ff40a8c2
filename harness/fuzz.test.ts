import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { judgeRecording } from './conclude.ts'
import { randomOf } from './simulator/random.ts'
import { entriesOf, factsOf, hungRequest, type Run } from './testing/timeline-of.ts'
import { formatVersion } from './timeline/entry.ts'
import { beginLines } from './timeline/look-lines.ts'
import { RecordError } from './timeline/reader.ts'

vi.setConfig({ testTimeout: 60_000 })

let dir = ''
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'lowtide-fuzz-'))
})
afterAll(() => rm(dir, { recursive: true, force: true }))

const leaking: Run = { beings: hungRequest({ cycle: 4 }) }
const runs = { healthy: {}, leaking } satisfies Readonly<Record<string, Run>>
/** As they were written before lines carried checksums: what tells harm without these has to go on telling it. */
function textOf(run: Run): string {
  const told = beginLines()
  return entriesOf(run).map((entry) => `${JSON.stringify(told(entry).line)}\n`).join('')
}
const texts = { healthy: textOf(runs.healthy), leaking: textOf(runs.leaking) }

/** What the judge says of these bytes: its verdict, or that it refuses them in a sentence. Anything else that is thrown is a crash. */
async function saidOf(timeline: string | Uint8Array, facts: object = factsOf()): Promise<string> {
  await writeFile(join(dir, 'run.json'), JSON.stringify(facts))
  await writeFile(join(dir, 'timeline.ndjson'), timeline)
  try {
    return (await judgeRecording(dir)).findings.verdict
  } catch (error) {
    if (!(error instanceof RecordError)) throw error
    return /^[^\n]+\.$/.test(error.message) ? 'refused' : `refused in more than a sentence: ${error.message}`
  }
}

test('unharmed they pass and leak', async () => {
  expect([await saidOf(texts.healthy), await saidOf(texts.leaking)]).toEqual(['pass', 'leak'])
})

const lines = (text: string): string[] => text.split('\n').slice(0, -1)
const joined = (all: readonly string[]): string => all.map((line) => `${line}\n`).join('')
/** Not a double: as many of these lie below a millionth as above. */
const place = fc.nat({ max: 9_999 }).map((share) => share / 10_000)
const at = (share: number, length: number): number => Math.floor(share * length)

/** Harm that leaves neither run whole. `from` and `to` are shares of its length. */
const harms: Readonly<Record<string, (text: string, from: number, to: number) => string>> = {
  'truncated at any byte': (text, from) => text.slice(0, at(from, text.length)),
  'half-written in its last line': (text, from) => {
    const last = lines(text).at(-1) ?? ''
    return text.slice(0, text.length - 1 - Math.max(1, at(1 - from, last.length)))
  },
  'written over by zeros': (text, from, to) => text.slice(0, at(from, text.length)) + '\0'.repeat(1 + at(to, 500)) + text.slice(at(from, text.length) + 1 + at(to, 500)),
  'with a stretch that comes twice': (text, from, to) => {
    const all = lines(text)
    const first = at(from, all.length)
    return joined([...all.slice(0, first + 1 + at(to, 20)), ...all.slice(first)])
  },
  'with two lines exchanged': (text, from, to) => {
    const all = lines(text)
    const [one, other] = [at(from, all.length), at(to, all.length)]
    if (one === other) return joined(all.slice(1))
    return joined(all.with(one, all[other] ?? '').with(other, all[one] ?? ''))
  },
  'turned round': (text) => joined(lines(text).toReversed()),
  'interleaved with another': (text, from) => joined(lines(text).flatMap((line, i) => (i % (2 + at(from, 5)) === 0 ? [line, lines(texts.leaking)[i] ?? ''] : [line]))),
  'appended to itself': (text) => text + text,
  'with its clock set back': (text, from, to) => {
    const all = lines(text)
    const first = 10 + at(from, all.length - 20)
    return joined(all.map((line, i) => (i < first ? line : line.replace(/"atMs":([\d.]+)/, (_, ms: string) => `"atMs":${Number(ms) - 2_000 - at(to, 60_000)}`))))
  },
  'with a pause in which nobody looked': (text, from, to) => {
    const all = lines(text)
    const baseline = all.findIndex((line) => line.includes('"phase":"baseline"'))
    const control = all.findIndex((line) => line.includes('"phase":"control"'))
    const first = baseline + 2 + at(from, control - baseline - 4)
    return joined(all.map((line, i) => (i < first ? line : line.replace(/"atMs":([\d.]+)/, (_, ms: string) => `"atMs":${Number(ms) + 6_000 + at(to, 3_600_000)}`))))
  },
  'of an empty file': () => '',
  'of one long line': (text) => `${text.replaceAll('\n', ' ')}\n`,
  'with a line of another kind of thing': (text, from) => {
    const all = lines(text)
    return joined(all.with(at(from, all.length), ['null', '[]', '7', '{}', '{"kind":"look","n":3,"atMs":1}', '"look"'][at(from, 6)] ?? ''))
  },
}

/** Every field of an object, with what holds it. */
function fieldsIn(value: unknown): readonly (readonly [object: Record<string, unknown>, name: string])[] {
  if (typeof value !== 'object' || value === null) return []
  const object = value as Record<string, unknown>
  return Object.keys(object).flatMap((name) => [[object, name] as const, ...fieldsIn(object[name])])
}

describe('a recording', () => {
  test.each(Object.entries(harms))('%s is refused or told, never passed', async (_, harm) => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(texts.healthy, texts.leaking), place, place, async (text, from, to) => {
        expect(['leak', 'inconclusive', 'refused']).toContain(await saidOf(harm(text, from, to)))
      }),
      { numRuns: 25 },
    )
  })

  test('with any of its bytes changed is never a crash', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(place, fc.nat({ max: 255 })), { minLength: 1, maxLength: 30 }), async (changes) => {
        const bytes = new TextEncoder().encode(texts.leaking)
        for (const [where, byte] of changes) bytes[at(where, bytes.length)] = byte
        expect(['leak', 'inconclusive', 'refused', 'pass', 'interrupted']).toContain(await saidOf(bytes))
      }),
      { numRuns: 40 },
    )
  })

  test('with any of its values of another type is never a crash, nor does a healthy one leak by it', async () => {
    const values: fc.Arbitrary<unknown> = fc.constantFrom(null, 0, -1, 1e300, '', 'x', true, [], {}, [null], [[]], '__proto__')
    await fc.assert(
      fc.asyncProperty(fc.constantFrom('healthy', 'leaking'), fc.array(fc.tuple(place, place, values), { minLength: 1, maxLength: 3 }), async (which, changes) => {
        const all = lines(texts[which]).map((line) => JSON.parse(line) as object)
        for (const [where, which, value] of changes) {
          const fields = fieldsIn(all[at(where, all.length)])
          const [object, name] = fields[at(which, fields.length)] ?? [{}, '']
          object[name] = value
        }
        const said = await saidOf(joined(all.map((entry) => JSON.stringify(entry))))
        expect(which === 'healthy' ? ['pass', 'inconclusive', 'refused'] : ['leak', 'inconclusive', 'refused', 'pass']).toContain(said)
      }),
      { numRuns: 60 },
    )
  })

  test('of a newer version is refused by name; of an older one it is read', async () => {
    expect(await saidOf(texts.healthy, { ...factsOf(), formatVersion: formatVersion + 1 })).toBe('refused')
    expect(await saidOf(texts.healthy, { ...factsOf(), formatVersion: 0 })).not.toBe('refused')
  })

  test.each([
    ['nothing', null],
    ['a list', []],
    ['no version', {}],
    ['a version in words', { formatVersion: 'one' }],
    ['no more than a version', { formatVersion }],
    ['no start', { ...factsOf(), startedAt: 'yesterday' }],
    ['probes that are no list', { ...factsOf(), probes: 'postgres' }],
  ])('whose run.json holds %s is refused or inconclusive', async (_, facts) => {
    expect(['inconclusive', 'refused']).toContain(await saidOf(texts.healthy, facts as unknown as object))
  })

  test('whose database ran hours off still leaks', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: -36_000_000, max: 36_000_000 }), async (skewMs) => {
        const skewed = texts.leaking.replace(/"backendStartMs":(\d+)/g, (_, ms: string) => `"backendStartMs":${Number(ms) + skewMs}`)
        expect(await saidOf(skewed)).toBe('leak')
      }),
      { numRuns: 20 },
    )
  })

  test('that goes on with a million lines, each of a real record and most with some harm, is refused or told, never passed', { timeout: 240_000 }, async () => {
    const random = randomOf(7, 1)
    const all = [...lines(texts.healthy), ...lines(texts.leaking)]
    const [short, long] = [all.filter(({ length }) => length < 250), all.filter(({ length }) => length >= 250)]
    const one = (): string => random.pick(random.chance(0.001) ? long : short)
    const harmed = (line: string): string => {
      const [from, to] = [random.between(0, line.length), random.between(0, line.length)]
      switch (random.between(0, 6)) {
        case 0: return line.slice(0, from)
        case 1: return line.slice(from) + one().slice(to)
        case 2: return line.slice(0, from) + String.fromCharCode(random.between(0, 0xd7ff)).replace(/[\n\r]/, '') + line.slice(from + 1)
        case 3: return line.replace(/-?\d+(\.\d+)?/g, (number) => (random.chance(0.3) ? random.pick(['-1', '1e999', 'null', '""', '{}', '9007199254740993', number]) : number))
        case 4: return line.replace(/"[a-z-]+"/g, (word) => (random.chance(0.2) ? random.pick(['"kind"', '"__proto__"', '[]', 'true', word]) : word))
        case 5: return line + line
        default: return line
      }
    }
    const fuzz = joined(Array.from({ length: 1_000_000 }, () => harmed(one())))
    expect(['leak', 'inconclusive', 'refused']).toContain(await saidOf(texts.healthy + fuzz))
  })

  test('of a million lines of nonsense is told in a line', async () => {
    const nonsense = Array.from({ length: 1_000_000 }, (_, i) => (i % 40 > 1 ? '{"kind":"beat","n":1,"atMs":2,"counters":{}}' : i % 2 === 1 ? '{"kind":' : '\u{fffd}\u0000'))
    expect(await saidOf(joined(nonsense))).toBe('inconclusive')
  })
})
