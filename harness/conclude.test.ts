import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { conclude, judgeRecording } from './conclude.ts'
import { entriesOf, factsOf, hungRequest, type Run } from './testing/timeline-of.ts'

let dir = ''
beforeEach(() => void (dir = mkdtempSync(join(tmpdir(), 'conclude-test-'))))
afterEach(() => rmSync(dir, { recursive: true, force: true }))

const lines = (run: Run = {}) => entriesOf(run).map((entry) => `${JSON.stringify(entry)}\n`)

function recorded(run: Run = {}, text = lines(run).join('')) {
  writeFileSync(join(dir, 'run.json'), JSON.stringify(factsOf(run)))
  writeFileSync(join(dir, 'timeline.ndjson'), text)
}

const stored = () => readFileSync(join(dir, 'findings.json'), 'utf8')

test.each<[string, Run]>([
  ['pass', {}],
  ['leak', { beings: hungRequest({ cycle: 4 }) }],
  ['inconclusive', { controls: 'none' }],
  ['interrupted', { end: 'interrupted' }],
])('a record that says %s says it again from its files, to the byte', async (verdict, run) => {
  recorded(run)
  const { findings } = await conclude(dir)
  expect(findings.verdict).toBe(verdict)
  const first = stored()
  expect(first).toBe(`${JSON.stringify((await judgeRecording(dir)).findings, null, 2)}\n`)
  await conclude(dir)
  expect(stored()).toBe(first)
  expect(readdirSync(dir)).toEqual(expect.arrayContaining(['findings.json', 'junit.xml', 'report.html', 'report.md']))
  expect(readdirSync(dir).filter((file) => file.endsWith('.part'))).toEqual([])
})

describe('a record that is damaged never passes', () => {
  const whole = lines()
  test.each<[string, string]>([
    ['it is empty', ''],
    ['its last line is torn', whole.join('').slice(0, -20)],
    ['its second half is missing', whole.slice(0, whole.length / 2).join('')],
    ['its first line is missing', whole.slice(1).join('')],
    ['a line in its middle is missing', whole.toSpliced(whole.length / 2, 1).join('')],
    ['a line in its middle is of zeros', whole.toSpliced(whole.length / 2, 1, '\0\0\0\n').join('')],
    ['two lines have changed places', whole.with(40, whole[41] ?? '').with(41, whole[40] ?? '').join('')],
  ])('%s', async (_, text) => {
    recorded({}, text)
    const { findings } = await judgeRecording(dir)
    expect(findings.verdict).toBe('inconclusive')
  })

  test('lines come behind its end', async () => {
    recorded()
    appendFileSync(join(dir, 'timeline.ndjson'), 'what another program has to say\n')
    expect((await judgeRecording(dir)).findings.verdict).toBe('inconclusive')
  })
})

test('judging alone stores nothing', async () => {
  recorded()
  await judgeRecording(dir)
  expect(readdirSync(dir).toSorted()).toEqual(['run.json', 'timeline.ndjson'])
})

test('a folder without a record is refused in one line', async () => {
  await expect(conclude(dir)).rejects.toThrow(/^No recording in /)
})
