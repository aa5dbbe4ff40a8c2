import type { Dose } from '../../timeline/entry.ts'
import type { Hang, Survivor } from '../../verdict/verdict.ts'
import { type Account, type Cluster, heldInFull, nameAndSentence, type Stray } from '../account.ts'
import type { RunRecord } from '../run-record.ts'
import type { Series } from '../series.ts'
import { count, duration, thousands } from '../../verdict/words.ts'
import { bytes, latenciesFrom, memberLine, processDetail, requestOf, sessionAge, timeOfDay, whyOfAll } from '../words.ts'
import { html, type Interpolated, type Markup } from './markup.ts'
import { drawingOf, flatCounters, type Panel } from './panels.ts'

export function verdictSection(account: Account, { facts, findings }: RunRecord): Markup {
  return html`<header class="verdict ${findings.verdict}">
<h1><strong>${account.word}</strong> <span>${account.subject}</span></h1>
<p class="headline">${account.headline}</p>
${account.bounds.map((bound) => html`<p>${bound}</p>`)}
<p class="faint">${account.tally} · ${facts.startedAt.slice(0, 10)} ${timeOfDay(Date.parse(facts.startedAt))} · ${facts.stack.kind} stack: ${facts.stack.why}</p>
</header>`
}

/** What is left, since when and by whom, is it going to heal, what is it called, what do I do next. */
export function answersSection(account: Account, { findings }: RunRecord): Markup {
  const passed = findings.verdict === 'pass'
  const answers: readonly (readonly [string, readonly Interpolated[]])[] = [
    ['since', account.since === null ? [] : [account.since]],
    ['rate', account.rate === null ? [] : [account.rate]],
    ['owner', account.owner === null ? [] : [account.owner]],
    ['heals', account.heals === null ? [] : [account.heals]],
    ['called', account.leaks.map(nameAndSentence)],
    ['crossed', account.crossed.map(nameAndSentence)],
    ['unseen', account.unseen.map((finding) => html`${nameAndSentence(finding)}<br><span class="faint">to settle it:</span> ${finding.settledBy}`)],
    ['warning', account.warnings.map(nameAndSentence)],
    ['drift', account.drifts],
    ['held', passed ? heldInFull(account) : []],
    ['but', passed ? account.notJudged.map(nameAndSentence) : []],
    ['next', account.next],
  ]
  const told = answers.filter(([, texts]) => texts.length > 0)
  return html`${leftSection(account)}
<dl class="answers">${told.map(([name, texts]) => html`<dt>${name}</dt><dd>${texts.map((text) => html`<p>${text}</p>`)}</dd>`)}</dl>`
}

/** So many survivors of a kind are in sight at once, and so many are on the page at all; findings.json has every one. */
const inSight = 5
const survivorsShown = 500

function leftSection({ clusters, strays }: Account): Markup | null {
  if (clusters.length === 0 && strays.length === 0) return null
  return html`<section><h2>What is left</h2>${clusters.map(clusterCard)}${strays.map(strayCard)}</section>`
}

function clusterCard({ symptom, hangs, by }: Cluster): Markup {
  const paths = by.slice(0, 8).map(({ path, hangs: times }) => `${path} (${times})`)
  return html`<article class="cluster"><h3>${thousands(hangs.length)} × ${symptom}</h3>
${paths.length > 0 ? html`<p>${paths.join(', ')}${by.length > 8 ? ` and ${count(by.length - 8, 'other path')}` : ''}</p>` : null}
${folded(hangs, hangRow, html`<thead><tr><th>Request</th><th>Process</th><th>Backend</th><th>Log ends in</th></tr></thead>`, 'of the same cluster')}</article>`
}

function hangRow(hang: Hang): Markup {
  const { process, session, lastLogLine, bornIn, evidence } = hang
  return html`<tr>
<td data-name="request"><code>${requestOf(hang)}</code>${bornIn === null ? null : html`<br><span class="faint">cycle ${bornIn}</span>`}</td>
<td data-name="process">${process === null ? 'none' : html`<code>${process.command}</code><br>pid ${process.pid}, ${processDetail(process)}`}</td>
<td data-name="backend">${session === null ? 'none' : html`pid ${session.pid}, ${sessionAge(session)}<br><code>${session.query}</code>`}</td>
<td data-name="log ends in"><code>${lastLogLine ?? 'nothing known'}</code>${evidence === null ? null : html`<br>${fileLink(evidence)}`}</td>
</tr>`
}

function strayCard({ invariant, survivors }: Stray): Markup {
  const row = ({ member, why, bornIn }: Survivor) => html`<tr><td><code>${memberLine(member)}</code></td><td data-name="why">${why}${bornIn === null ? '' : `, born in cycle ${bornIn}`}</td></tr>`
  return html`<article class="cluster"><h3>${thousands(survivors.length)} × ${whyOfAll(survivors)}</h3><p>${invariant}</p>
${folded(survivors, row, null, 'of the same kind')}</article>`
}

function folded<T>(items: readonly T[], row: (item: T) => Markup, head: Markup | null, kinship: string): Markup {
  const table = (some: readonly T[]) => html`<table class="cards">${head}<tbody>${some.map(row)}</tbody></table>`
  const rest = items.slice(inSight, survivorsShown)
  const unlisted = items.length - survivorsShown
  return html`${table(items.slice(0, inSight))}
${rest.length === 0 ? null : html`<details><summary>${thousands(rest.length)} more ${kinship}</summary>${table(rest)}</details>`}
${unlisted <= 0 ? null : html`<p class="faint">${thousands(unlisted)} more in findings.json</p>`}`
}

/** Links into the run's own folder only: a recorded name must not become a link to somewhere else. */
function fileLink(file: string): Markup {
  const inside = /^[A-Za-z0-9_][A-Za-z0-9_.-]*(\/[A-Za-z0-9_][A-Za-z0-9_.-]*)*$/.test(file)
  return inside ? html`<a href="${file}">${file}</a>` : html`<code>${file}</code>`
}

export function chartsSection(series: Series): Markup {
  const { panels } = drawingOf(series)
  const placed = (group: Panel['group']) => panels.flatMap((panel, i) => (panel.group === group ? [panelPlace(panel, i)] : []))
  const flat = flatCounters(series)
  const rest = placed('more')
  return html`<section><h2>Load and counters on one time axis</h2>
<ul class="signs">${signsOf(series).map(([sign, meaning]) => html`<li class="${sign}">${meaning}</li>`)}</ul>
<noscript><p>The charts need JavaScript; everything else on this page does not.</p></noscript>
<output id="readout"></output>
<div class="panel"><div data-panel="phases"></div></div>
${placed('load')}${placed('counters')}
${rest.length === 0 ? null : html`<details><summary>${count(rest.length, 'more counter')}</summary>${rest}</details>`}
<p class="faint">Drag to zoom, double-click to see all. ${flat.length > 0 ? `Never moved: ${flat.join(', ')}.` : ''}</p></section>`
}

/** Only what this run's charts show: a legend of suspects on a pass would make a reader look for them. */
function signsOf({ baseline, spans, marks, unseen, levels }: Series): readonly (readonly [string, string])[] {
  const marked = new Set(marks.map(({ kind }) => kind))
  const phases = new Set(spans.map(({ phase }) => phase))
  const signs: readonly (readonly [string, string, boolean])[] = [
    ['baseline', 'baseline, lowest to highest', Object.keys(baseline).length > 0],
    ['threshold', 'threshold', levels.length > 0],
    ['cycle', 'load', phases.has('cycle')],
    ['control', 'control leak planted', phases.has('control')],
    ['suspect', 'suspect', marked.has('suspect')],
    ['evidence', 'evidence stored', marked.has('evidence')],
    ['server-log', 'error of the database server', marked.has('server-log')],
    ['unseen', 'nobody looked', unseen.length > 0 || marked.has('blind')],
  ]
  return signs.flatMap(([sign, meaning, shown]) => (shown ? [[sign, meaning] as const] : []))
}

function panelPlace({ title, baseline, unit }: Panel, index: number): Markup {
  const amount = unit === 'ms' ? milliseconds : unit === 'bytes' ? bytes : thousands
  const band = baseline === null ? '' : `baseline ${[...new Set([amount(baseline.min), amount(baseline.max)])].join(' to ')}`
  return html`<div class="panel"><h3><span>${title}</span><span class="faint">${band}</span><ul class="keys"></ul></h3><div data-panel="${index}"></div></div>`
}

function milliseconds(ms: number): string {
  return ms < 1_000 ? `${Math.round(ms)} ms` : duration(ms)
}

export function checksSection({ findings }: RunRecord): Markup {
  const rows = findings.findings.map(({ kind, invariant, sentence }) => html`<tr class="${kind}"><td><span class="kind">${kind}</span></td><td>${invariant}</td><td>${sentence}</td></tr>`)
  return html`<section><h2>Checks</h2><table class="cards"><tbody>${rows}</tbody></table></section>`
}

export function cyclesSection({ findings, series }: RunRecord): Markup | null {
  if (series.doses.length === 0) return null
  const born = Map.groupBy(findings.hangs, ({ bornIn }) => bornIn)
  const columns: readonly (readonly [string, (dose: Dose) => number])[] = [
    ['planned', ({ planned }) => planned],
    ['counted', ({ counted }) => counted],
    ['unexpected', ({ unexpected }) => unexpected],
    ['timed out', ({ timedOut }) => timedOut],
    ['broken', ({ broken }) => broken],
    ['never sent', ({ dropped }) => dropped],
    ['most in flight', ({ peakInFlight }) => peakInFlight],
    ['left behind', ({ cycle }) => born.get(cycle)?.length ?? 0],
  ]
  const row = (dose: Dose) => html`<tr><td data-name="cycle">${dose.cycle}</td><td>${dose.role}</td>${columns.map(([name, of]) => html`<td class="number" data-name="${name}">${thousands(of(dose))}</td>`)}</tr>`
  return html`<section><h2>Cycles</h2><table class="cards"><thead><tr><th>cycle</th><th></th>${columns.map(([name]) => html`<th class="number">${name}</th>`)}</tr></thead><tbody>${series.doses.map(row)}</tbody></table></section>`
}

export function runSection(account: Account, { facts, series }: RunRecord): Markup {
  const particulars: readonly (readonly [string, string])[] = [
    ['run', facts.run],
    ['length', duration(series.endMs)],
    ['doses', `${facts.doses.map(thousands).join(', ')} requests; ${count(facts.concurrency, 'request')} at once at most`],
    ...latenciesFrom(series.doses).map((how): [string, string] => ['latencies', how]),
    ['seed', String(facts.seed)],
    ['looked', `every ${duration(facts.sampleEveryMs)}: ${facts.probes.join(', ')}`],
    ...Object.entries(facts.limits).map(([name, value]): [string, string] => [`declares ${name}`, String(value)]),
    ...Object.entries(facts.versions),
    ...series.leftOut.map((sentence): [string, string] => ['left out', sentence]),
  ]
  return html`<section><h2>What was watched</h2><ul>${account.watched.map((sentence) => html`<li>${sentence}</li>`)}</ul></section>
<section><h2>This run, and how to repeat it</h2><pre>${facts.command}</pre>
<table><tbody>${particulars.map(([name, value]) => html`<tr><td class="term">${name}</td><td>${value}</td></tr>`)}</tbody></table></section>`
}

