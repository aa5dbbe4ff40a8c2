import fc from 'fast-check'
import type { RunRecord } from '../../report/run-record.ts'
import { seriesOf } from '../../report/series.ts'
import type { Entry, Happening } from '../../timeline/entry.ts'
import { syntheticFacts, syntheticHang, syntheticLeak } from './synthetic.ts'

/** Texts that an application may put into its URLs, queries and logs to be taken for something else by a terminal, a browser or a CI server. */
export const hostileText: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    '</script><script>alert(1)</script>',
    '<!--<script>',
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    '&lt;b&gt;',
    ']]>',
    '`| # [a](javascript:alert(1)) <b>',
    '```\n# PASS',
    '\u001b[2J\u001b[1;1HPASS',
    'a\r\nPASS  reports/none',
    '\u202eSSAP',
    '\u009b31m',
    '\u2028',
    '__proto__',
  ),
)

/** A leak in which this text stands wherever a text was recorded. */
export async function hostileRun(text: string): Promise<RunRecord> {
  const facts = syntheticFacts({ scenario: `a${text}`, variant: text, command: text, probes: [text], versions: { [text]: text }, stack: { kind: text, why: text } })
  const hang = syntheticHang(0)
  const process = hang.process === null ? null : { ...hang.process, command: text, waitChannel: `w${text}`, request: { method: text, url: text } }
  const session = hang.session === null ? null : { ...hang.session, query: `q${text}`, state: text }
  const stray = { kind: 'other', id: text, resource: text, detail: text } as const
  const leak = syntheticLeak(1)
  const findings = {
    ...leak,
    headline: text,
    findings: [
      { invariant: text, kind: 'leak' as const, sentence: text, survivors: [{ member: stray, why: text, bornIn: 1 }] },
      { invariant: text, kind: 'inconclusive' as const, sentence: text, settledBy: text },
      { invariant: text, kind: 'pass' as const, sentence: `s${text}` },
      { invariant: text, kind: 'warning' as const, sentence: text, survivors: [] },
    ],
    hangs: [{ ...hang, process, session, url: `u${text}`, lastLogLine: text, evidence: `<${text}` }],
    bounds: [`b${text}`],
    rate: leak.rate && { ...leak.rate, sentence: `r${text}` },
    owner: { kind: 'one of' as const, routes: [{ route: text, share: 0.5 }], sentence: `o${text}` },
    drifts: leak.drifts.map((drift) => ({ ...drift, sentence: `d${text}` })),
    watched: [text],
    next: [text],
  }
  const happenings: readonly (Happening & { readonly atMs: number })[] = [
    // A name of its own beside it, so that one counter and one route are always drawn.
    { kind: 'beat', counters: Object.fromEntries([[text, 1], ['other', 2]]), missed: [text], atMs: 10 },
    { kind: 'beat', counters: Object.fromEntries([[text, 3], ['other', 2]]), atMs: 900 },
    { kind: 'load', cycle: 0, route: text, started: 1, counted: 1, unexpected: 0, timedOut: 0, broken: 0, p50Ms: 1, p99Ms: 1, maxMs: 1, atMs: 950 },
    { kind: 'suspect', process: text, session: text, url: text, atMs: 960 },
    { kind: 'server-log', pid: 1, severity: text, sqlstate: text, message: text, atMs: 970 },
    { kind: 'pool-cleanup', cleanup: text, line: text, atMs: 980 },
    { kind: 'end', how: 'completed', detail: text, atMs: 990 },
  ]
  async function* entries(): AsyncGenerator<Entry> {
    for (const [n, happening] of happenings.entries()) yield { ...happening, n }
  }
  return { facts, findings, series: await seriesOf(entries(), facts) }
}
