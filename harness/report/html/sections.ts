import type { Dose } from '../../timeline/entry.ts'
import type { Finding, Hang, Survivor } from '../../verdict/verdict.ts'
import { type Account, type Cluster, decisiveOf, nameAndSentence, type Stray } from '../account.ts'
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
    ['held', passed ? heldOf(account) : []],
    ['not judged', passed ? account.notJudged.map(({ invariant, sentence }) => `${invariant}: ${sentence}`) : []],
    ['next', account.next],
  ]
  const told = answers.filter(([, texts]) => texts.length > 0)
  return html`${leftSection(account)}
<dl class="answers">${told.map(([name, texts]) => html`<dt>${name}</dt><dd>${texts.map((text) => html`<p>${text}</p>`)}</dd>`)}</dl>`
}

/** The checks that decide what a pass is worth; the others stand in their table. */
function heldOf(account: Account): readonly string[] {
  const decisive = decisiveOf(account)
  const others = account.held.length - decisive.length
  return [...decisive.map(nameAndSentence), ...(others === 0 ? [] : [`${count(others, 'other check')}, listed below`])]
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
${folded(hangs, columnsOf(hangs), 'of the same cluster')}</article>`
}

type Column<T> = { readonly name: string; readonly cell: (item: T) => Interpolated }

/** What is not known of any of them is no column, and where no request is known, what is wrong with each stands in its place. */
function columnsOf(hangs: readonly Hang[]): readonly Column<Hang>[] {
  const requests = hangs.some(({ url }) => url !== null)
  const logLines = hangs.some(({ lastLogLine }) => lastLogLine !== null)
  const log = ({ lastLogLine }: Hang) => (lastLogLine === null ? 'nothing known' : html`<code>${lastLogLine}</code>`)
  const stored = ({ evidence }: Hang) => (evidence === null ? null : fileLink(evidence))
  const columns: readonly (readonly [shown: boolean, Column<Hang>])[] = [
    [true, { name: requests ? 'request' : 'why', cell: (hang) => html`${hang.url === null ? requestOf(hang) : html`<code>${requestOf(hang)}</code>`}${hang.bornIn === null ? null : html`<br><span class="faint">in cycle ${hang.bornIn}</span>`}` }],
    [hangs.some(({ process }) => process !== null), { name: 'process', cell: ({ process }) => (process === null ? 'none' : html`<code>${process.command}</code><br>pid ${process.pid}, ${processDetail(process)}`) }],
    [hangs.some(({ session }) => session !== null), { name: 'backend', cell: ({ session }) => (session === null ? 'none' : html`pid ${session.pid}, ${sessionAge(session)}<br><code>${session.query}</code>`) }],
    [logLines, { name: 'log ends in', cell: (hang) => [log(hang), html`<br>`, stored(hang)] }],
    [!logLines && hangs.some(({ evidence }) => evidence !== null), { name: 'evidence', cell: stored }],
  ]
  return columns.flatMap(([shown, column]) => (shown ? [column] : []))
}

function strayCard({ invariant, survivors }: Stray): Markup {
  const columns: readonly Column<Survivor>[] = [
    { name: 'what', cell: ({ member }) => html`<code>${memberLine(member)}</code>` },
    { name: 'why', cell: ({ why, bornIn }) => `${why}${bornIn === null ? '' : `, born in cycle ${bornIn}`}` },
  ]
  return html`<article class="cluster"><h3>${thousands(survivors.length)} × ${whyOfAll(survivors)}</h3><p>${invariant}</p>
${folded(survivors, columns, 'of the same kind')}</article>`
}

function folded<T>(items: readonly T[], columns: readonly Column<T>[], kinship: string): Markup {
  const rest = items.slice(inSight, survivorsShown)
  const unlisted = items.length - survivorsShown
  return html`${cards(items.slice(0, inSight), columns)}
${rest.length === 0 ? null : html`<details><summary>${thousands(rest.length)} more ${kinship}</summary>${cards(rest, columns)}</details>`}
${unlisted <= 0 ? null : html`<p class="faint">${thousands(unlisted)} more in findings.json</p>`}`
}

/** A table that becomes a card for each row where the screen is narrow; each cell then says its column. */
function cards<T>(items: readonly T[], columns: readonly Column<T>[]): Markup {
  const cell = (item: T) => columns.map(({ name, cell: of }) => html`<td data-name="${name}">${of(item)}</td>`)
  return html`<table class="cards"><thead><tr>${columns.map(({ name }) => html`<th scope="col">${name}</th>`)}</tr></thead><tbody>${items.map((item) => html`<tr>${cell(item)}</tr>`)}</tbody></table>`
}

/** Links into the run's own folder only: a recorded name must not become a link to somewhere else. */
function fileLink(file: string): Markup {
  const inside = /^[A-Za-z0-9_][A-Za-z0-9_.-]*(\/[A-Za-z0-9_][A-Za-z0-9_.-]*)*$/.test(file)
  return inside ? html`<a href="${file}">${file}</a>` : html`<code>${file}</code>`
}

export function chartsSection({ facts, series }: RunRecord): Markup {
  const { panels } = drawingOf(series)
  const placed = (group: Panel['group']) => panels.flatMap((panel, i) => (panel.group === group ? [panelPlace(panel, i)] : []))
  const flat = flatCounters(series)
  const rest = placed('more')
  return html`<section><h2>Load and counters on one time axis</h2>
<p class="faint">Time counts from the start of the run, ${timeOfDay(Date.parse(facts.startedAt))}. Drag to zoom, double-click to see all.</p>
<ul class="signs">${signsOf(series).map(([sign, meaning]) => html`<li class="${sign}">${meaning}</li>`)}</ul>
<noscript><p>The charts need JavaScript; everything else on this page does not.</p></noscript>
<output id="readout"></output>
<div class="panel"><div data-panel="phases" role="img" aria-label="phases of the run: ${phasesOf(series)}"></div></div>
${placed('load')}${placed('counters')}
${rest.length === 0 ? null : html`<details><summary>${count(rest.length, 'more counter')}</summary>${rest}</details>`}
${flat.length === 0 ? null : html`<p class="faint">Never moved: ${flat.join(', ')}.</p>`}</section>`
}

const phasesOf = ({ spans }: Series): string => [...new Set(spans.map(({ phase }) => phase))].join(', ')

/** Only what this run's charts show: a legend of suspects on a pass would make a reader look for them. */
function signsOf({ baseline, spans, marks, unseen, levels }: Series): readonly (readonly [string, string])[] {
  const marked = new Set(marks.map(({ kind }) => kind))
  const phases = new Set(spans.map(({ phase }) => phase))
  const signs: readonly (readonly [string, string, boolean])[] = [
    ['baseline', 'baseline, lowest to highest', Object.keys(baseline).length > 0],
    ['threshold', 'threshold', levels.length > 0],
    ['cycle', 'load', phases.has('cycle')],
    ['control', 'control leak planted', phases.has('control')],
    ['suspect', 'suspect: too old under load, judged at rest', marked.has('suspect')],
    ['evidence', 'evidence stored', marked.has('evidence')],
    ['capacity', 'places of the pool counted', marked.has('capacity')],
    ['server-log', 'error of the database server', marked.has('server-log')],
    ['pool-cleanup', 'a pool cleaned up after a request', marked.has('pool-cleanup')],
    ['unseen', 'a probe gave no answer', unseen.length > 0 || marked.has('blind')],
  ]
  return signs.flatMap(([sign, meaning, shown]) => (shown ? [[sign, meaning] as const] : []))
}

function panelPlace(panel: Panel, index: number): Markup {
  const { title, meaning, baseline } = panel
  const band = baseline === null ? null : `baseline ${rangeOf(panel, [baseline.min, baseline.max])}`
  return html`<div class="panel"><div class="head"><h3>${title}</h3>${[meaning, band].map((text) => (text === null ? null : html`<span class="faint">${text}</span>`))}<ul class="keys"></ul></div><div data-panel="${index}" role="img" aria-label="${saidOf(panel)}"></div></div>`
}

/** A chart for who cannot see it: the range of each of its lines. */
function saidOf(panel: Panel): string {
  const ranges = panel.lines.map(({ label, values, low = values }) => {
    const seen = [...values, ...low].filter((value) => value !== null)
    return `${panel.lines.length === 1 ? '' : `${label} `}${seen.length === 0 ? 'not seen' : rangeOf(panel, [Math.min(...seen), Math.max(...seen)])}`
  })
  return `${panel.title} over time: ${ranges.join(', ')}`
}

function rangeOf({ unit }: Panel, ends: readonly number[]): string {
  return [...new Set(ends.map((value) => amount(value, unit)))].join(' to ')
}

function amount(value: number, unit: Panel['unit']): string {
  switch (unit) {
    case 'ms':
      return milliseconds(value)
    case 'bytes':
      return bytes(value)
    case 'per second':
      return `${Number(value.toPrecision(2))}/s`
    case 'count':
      return thousands(value)
    default:
      return unit satisfies never
  }
}

function milliseconds(ms: number): string {
  return ms < 1_000 ? `${Math.round(ms)} ms` : duration(ms)
}

/** What held is most of them and needs no second look: it is folded away. */
export function checksSection({ findings }: RunRecord): Markup {
  const held = findings.findings.filter(({ kind }) => kind === 'pass')
  const others = findings.findings.filter(({ kind }) => kind !== 'pass')
  return html`<section><h2>Checks</h2>
${others.length === 0 ? null : checksTable(others)}
${held.length === 0 ? null : html`<details><summary>${count(held.length, 'check')} passed</summary>${checksTable(held)}</details>`}</section>`
}

function checksTable(findings: readonly Finding[]): Markup {
  const row = ({ kind, invariant, sentence }: Finding) => html`<tr class="${kind}"><td><span class="kind">${kind}</span></td><th scope="row">${invariant}</th><td>${sentence}</td></tr>`
  return html`<table class="cards checks"><thead><tr><th scope="col">result</th><th scope="col">check</th><th scope="col">what was seen</th></tr></thead><tbody>${findings.map(row)}</tbody></table>`
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
  const row = (dose: Dose) => html`<tr><th scope="row" data-name="cycle">${dose.cycle}</th><td>${dose.role}</td>${columns.map(([name, of]) => html`<td class="number" data-name="${name}">${thousands(of(dose))}</td>`)}</tr>`
  return html`<section><h2>Cycles</h2><table class="cards"><thead><tr><th scope="col">cycle</th><th scope="col">role</th>${columns.map(([name]) => html`<th scope="col" class="number">${name}</th>`)}</tr></thead><tbody>${series.doses.map(row)}</tbody></table></section>`
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
<table><tbody>${particulars.map(([name, value]) => html`<tr><th scope="row" class="term">${name}</th><td>${value}</td></tr>`)}</tbody></table></section>`
}

