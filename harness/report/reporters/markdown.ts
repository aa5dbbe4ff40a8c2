import { accountOf, type Account, type Cluster } from '../account.ts'
import type { Reporter, RunRecord } from '../run-record.ts'
import { count, thousands } from '../../verdict/words.ts'
import { clip, latenciesFrom, memberLine, printable, processDetail, requestOf, sessionDetail, whyOfAll } from '../words.ts'

/** The run in Markdown: to read in an editor, to paste into an issue, to append to a CI job's summary. */
export default { file: 'report.md', render } satisfies Reporter

function render(run: RunRecord): string {
  const account = accountOf(run)
  const { facts } = run
  const blocks = [
    `# ${account.word}: ${prose(account.subject)}`,
    `**${prose(account.headline)}**`,
    list([...account.bounds.map(prose), `${account.tally} (started ${facts.startedAt}, ${prose(facts.stack.kind)} stack: ${prose(facts.stack.why)})`]),
    ...account.clusters.flatMap(clusterBlocks),
    ...strayBlocks(account),
    ...section('Since', account.since === null ? [] : [prose(account.since)]),
    ...section('Rate', account.rate === null ? [] : [prose(account.rate)]),
    ...section('Owner', account.owner === null ? [] : [prose(account.owner)]),
    ...section('Heals', account.heals === null ? [] : [prose(account.heals)]),
    ...section('Called', account.leaks.map(nameAndSentence)),
    ...section('Thresholds crossed', account.crossed.map(nameAndSentence)),
    ...section('Not seen', account.unseen.map((finding) => `${nameAndSentence(finding)}  \n  To settle it: ${prose(finding.settledBy)}`)),
    ...section('Warnings', account.warnings.map(nameAndSentence)),
    ...section('Drift', account.drifts.map(prose)),
    ...section('Load', loadLines(run).map(prose)),
    ...section('Next', account.next.map(code)),
    ...section('Watched', account.watched.map(prose)),
    ...section('Held', account.held.map(nameAndSentence)),
    ...section('Not judged', account.notJudged.map(({ invariant, sentence }) => `${invariant}: ${sentence}`)),
    ...section('Repeat', [code(facts.command), ...Object.entries(facts.versions).map(([name, value]) => `${prose(name)} ${prose(value)}`)]),
  ]
  return `${blocks.join('\n\n')}\n`
}

function loadLines({ findings: { dose }, series }: RunRecord): readonly string[] {
  return [`${thousands(dose.counted)} of ${count(dose.planned, 'planned request')} were answered as expected`, ...latenciesFrom(series.doses).map((how) => `latencies are ${how}`)]
}

/** So many hung requests of a cluster are listed; report.html has more, findings.json all of them. */
const hangsShown = 50

function clusterBlocks({ symptom, hangs }: Cluster): readonly string[] {
  const requests = hangs.some(({ url }) => url !== null)
  const logLines = hangs.some(({ lastLogLine }) => lastLogLine !== null)
  const rows = hangs.slice(0, hangsShown).map((hang) => [
    hang.url === null ? prose(requestOf(hang)) : code(requestOf(hang)),
    hang.process === null ? 'none' : `${code(hang.process.command)} pid ${hang.process.pid}, ${prose(processDetail(hang.process))}`,
    hang.session === null ? 'none' : `pid ${hang.session.pid}, ${prose(clip(sessionDetail(hang.session), 300))}`,
    ...(logLines ? [hang.lastLogLine === null ? 'nothing known' : code(hang.lastLogLine)] : []),
  ])
  const more = hangs.length - rows.length
  return [`## ${thousands(hangs.length)} × ${prose(symptom)}`, table([requests ? 'Request' : 'Why', 'Process', 'Backend', ...(logLines ? ['Log ends in'] : [])], rows), ...(more > 0 ? [`${thousands(more)} more in findings.json.`] : [])]
}

function strayBlocks({ strays }: Account): readonly string[] {
  return strays.flatMap(({ invariant, survivors }) => {
    const more = survivors.length - hangsShown
    return [
      `## ${thousands(survivors.length)} × ${prose(whyOfAll(survivors))}`,
      `${prose(invariant)}:`,
      list([...survivors.slice(0, hangsShown).map(({ member }) => code(memberLine(member))), ...(more > 0 ? [`${count(more, 'more survivor')} in findings.json`] : [])]),
    ]
  })
}

function section(title: string, items: readonly string[]): readonly string[] {
  return items.length === 0 ? [] : [`## ${title}`, list(items)]
}

function list(items: readonly string[]): string {
  return items.map((item) => `- ${item}`).join('\n')
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

function nameAndSentence({ invariant, sentence }: { readonly invariant: string; readonly sentence: string }): string {
  return `**${prose(invariant)}**: ${prose(sentence)}`
}

/** Recorded text as plain text: no markup, no link, no mention, no table cell of its own. Within a word `_` is no markup. */
function prose(text: string): string {
  return printable(text)
    .replace(/[\\`*[\]<>|~#&@]|(?<!\w)_|_(?!\w)/g, (character) => `\\${character}`)
    .replace(/:(?=\/\/)|(?<=www)\./gi, (character) => `\\${character}`)
}

/** A code span that its text cannot end; a pipe would end the table's cell even in here. */
function code(text: string): string {
  const line = printable(text, 500).replaceAll('|', '¦')
  const longestRun = Math.max(0, ...[...line.matchAll(/`+/g)].map(([run]) => run.length))
  const fence = '`'.repeat(longestRun + 1)
  const pad = longestRun > 0 || line === '' ? ' ' : ''
  return `${fence}${pad}${line}${pad}${fence}`
}
