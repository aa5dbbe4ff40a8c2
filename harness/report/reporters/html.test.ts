import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { hostileRun, hostileText } from '../../testing/recordings/hostile.ts'
import { syntheticCrossed, syntheticFacts, syntheticHang, syntheticInconclusive, syntheticLeak, syntheticPass } from '../../testing/recordings/synthetic.ts'
import { syntheticEntries } from '../../testing/recordings/synthetic-entries.ts'
import type { Entry } from '../../timeline/entry.ts'
import type { Findings } from '../../verdict/verdict.ts'
import type { RunRecord } from '../run-record.ts'
import { type Mark, seriesOf } from '../series.ts'
import reporter from './html.ts'

describe('whatever an application writes', () => {
  test('becomes no markup: the elements are those of a run with harmless texts', async () => {
    const harmless = elementsOf(reporter.render(await hostileRun('harmless')))
    await fc.assert(
      fc.asyncProperty(hostileText, async (text) => {
        expect(elementsOf(reporter.render(await hostileRun(text)))).toEqual(harmless)
      }),
      { numRuns: 60 },
    )
  })

  test('leaves the data of the charts readable', async () => {
    await fc.assert(
      fc.asyncProperty(hostileText, async (text) => {
        const drawing = drawingIn(reporter.render(await hostileRun(text)))
        expect(drawing.panels.map(({ title }: { title: string }) => title)).toContain(text)
      }),
      { numRuns: 60 },
    )
  })
})

test.each(['https://elsewhere.example/x', 'javascript:alert(1)', '../../etc/passwd', '//elsewhere.example', '/etc/passwd'])('evidence named %s is told, but not linked', async (evidence) => {
  const page = reporter.render(await runOf({ ...syntheticLeak(1), hangs: [syntheticHang(0, { evidence })] }))
  expect(page).toContain(evidence)
  expect(page).not.toContain('href=')
})

test('evidence in the folder of the run is linked', async () => {
  expect(reporter.render(await runOf(syntheticLeak(1)))).toContain('<a href="forensics/cluster-1.md">')
})

test('the page asks nothing of the network, and runs no script but its own two', async () => {
  const page = reporter.render(await runOf(syntheticLeak()))
  const markup = page.replace(/<(script|style)[^>]*>.*?<\/\1>/gs, '')
  expect(markup).not.toMatch(/\b(?:src|srcset|action|background|poster)=|url\(|@import/)
  expect(page).toMatch(/default-src 'none'; script-src 'sha256-\S+' 'sha256-\S+'; style-src 'sha256-\S+'/)
  expect([...page.matchAll(/<script>/g)]).toHaveLength(2)
})

test.each([
  ['leak', syntheticLeak()],
  ['pass', syntheticPass()],
  ['inconclusive', syntheticInconclusive()],
])('a %s says its headline, each check, what was watched and how to repeat it', async (_, findings) => {
  const text = textIn(reporter.render(await runOf(findings)))
  for (const sentence of [findings.headline, ...findings.findings.map((finding) => finding.sentence), ...findings.watched, ...findings.next, syntheticFacts().command]) expect(text).toContain(sentence)
})

test('a chart says what it counts, and its range to who cannot see it', async () => {
  const page = reporter.render(await runOf(syntheticLeak()))
  expect(page).toMatch(/<h3>pg\.backends<\/h3><span class="faint">sessions of PostgreSQL, without Lowtide&#39;s own<\/span>/)
  const told = [...page.matchAll(/data-panel="[^"]*" role="img" aria-label="([^"]*)"/g)].map(([, label]) => label)
  expect(told).toHaveLength([...page.matchAll(/data-panel=/g)].length)
  expect(told).toEqual(expect.arrayContaining([expect.stringMatching(/^phases of the run: .*\bcycle\b/), expect.stringMatching(/^requests, by route over time: .*[\d.]+\/s/), expect.stringMatching(/^pg\.backends over time: \d+ to \d+$/), expect.stringMatching(/^app\.rss-bytes over time: \d+ MB to \d+ MB$/)]))
})

test('every kind of mark and of phase has a colour, in light and in dark', async () => {
  const [, style = ''] = /<style>(.*?)<\/style>/s.exec(reporter.render(await runOf(syntheticLeak()))) ?? []
  for (const kind of ['suspect', 'evidence', 'control', 'blind', 'server-log', 'pool-cleanup', 'capacity', 'end'] satisfies readonly Mark['kind'][]) expect([...style.matchAll(new RegExp(`--mark-${kind}: #`, 'g'))]).toHaveLength(2)
})

test.each([
  ['where no request is known, what is wrong with each stands in its place', { url: null, why: 'open for 44 s with 2 locks', lastLogLine: null }, ['why', 'process', 'backend', 'evidence']],
  ['where one is known, it is told', { lastLogLine: null, evidence: null }, ['request', 'process', 'backend']],
  ['a session alone has no process', { process: null, evidence: null }, ['request', 'backend', 'log ends in']],
])('survivors have no empty column: %s', async (_, differences, columns) => {
  const page = reporter.render(await runOf({ ...syntheticLeak(1), hangs: [syntheticHang(0, differences)] }))
  const [, head = ''] = /<article class="cluster">.*?<thead>(.*?)<\/thead>/s.exec(page) ?? []
  expect([...head.matchAll(/<th scope="col">([^<]*)/g)].map(([, name]) => name)).toEqual(columns)
})

test('what never moved is told with its unit', async () => {
  const facts = syntheticFacts()
  async function* entries(): AsyncGenerator<Entry> {
    for (const n of [0, 1]) yield { kind: 'beat', n, atMs: n * 200, counters: { 'pg.wal-bytes': 16_777_216, 'log.errors': 1_200 } }
  }
  expect(textIn(reporter.render({ facts, findings: syntheticPass(), series: await seriesOf(entries(), facts) }))).toContain('Never moved: log.errors 1,200, pg.wal-bytes 16.8 MB.')
})

test('what held is folded away, what did not is in sight', async () => {
  const page = reporter.render(await runOf(syntheticLeak()))
  const [, checks = ''] = /<h2>Checks<\/h2>(.*?)<\/section>/s.exec(page) ?? []
  const [inSight = '', folded = ''] = checks.split('<details>')
  expect([...inSight.matchAll(/class="kind">([^<]*)/g)].map(([, kind]) => kind)).toEqual(expect.arrayContaining(['leak', 'warning']))
  expect(inSight).not.toContain('class="kind">pass')
  expect(folded).toMatch(/^<summary>2 checks passed<\/summary>/)
})

test('of five thousand hung requests 500 are listed and the others counted', async () => {
  const page = reporter.render(await runOf(syntheticLeak(5_000)))
  expect([...page.matchAll(/data-name="request"/g)]).toHaveLength(500)
  expect(page).toContain('4,500 more in findings.json')
})

test('thresholds are lines in the charts of what they are about', async () => {
  const facts = syntheticFacts({ thresholds: [{ metric: 'http_req_duration{route:feed}', threshold: 'p(99)<400 over 60s' }, { metric: 'pg.backends', threshold: 'value<80' }, { metric: 'http_req_failed', threshold: 'rate<0.01' }] })
  const page = reporter.render({ facts, findings: syntheticCrossed(), series: await seriesOf(syntheticRecord(), facts) })
  const drawn = drawingIn(page).panels.flatMap(({ title, levels }: { title: string; levels: readonly { label: string; value: number }[] }) => levels.map(({ label, value }) => [title, label, value]))
  expect(drawn).toEqual([['latency of the slowest route', 'p(99)<400 over 1m feed', 400], ['pg.backends', 'value<80', 80]])
  expect(textIn(page)).toContain('THRESHOLD CROSSED')
})

async function* syntheticRecord() {
  yield* syntheticEntries({ hung: 0 })
}

async function runOf(findings: Findings): Promise<RunRecord> {
  const facts = syntheticFacts()
  async function* entries() {
    yield* syntheticEntries({ hung: findings.hangs.length > 20 ? 7 : findings.hangs.length })
  }
  return { facts, findings, series: await seriesOf(entries(), facts) }
}

/** Every tag with its attributes' names, and its class: all that markup from a text could add to. */
function elementsOf(page: string): readonly string[] {
  return [...page.matchAll(/<(?:"[^"]*"|[^">])*>/g)].map(([tag]) => tag.replace(/="[^"]*"/g, ''))
}

function drawingIn(page: string) {
  return JSON.parse(/<script type="application\/json" id="drawing">(.*?)<\/script>/s.exec(page)?.[1] ?? 'null')
}

function textIn(page: string): string {
  const named: Readonly<Record<string, string>> = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#39;': "'", '&#96;': '`' }
  return page.replace(/<(script|style)[^>]*>.*?<\/\1>/gs, '').replace(/<[^>]*>/g, '').replace(/&[a-z0-9#]+;/g, (entity) => named[entity] ?? entity)
}
