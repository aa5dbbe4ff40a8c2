import type { Facts } from '../timeline/facts.ts'
import type { Findings, Hang } from '../verdict/verdict.ts'
import { accountOf, type Account, type Cluster, heldInFull, nameAndSentence } from './account.ts'
import type { Paint } from './paint.ts'
import { count, duration, thousands } from '../verdict/words.ts'
import { ageOf, clip, memberLine, printable, processDetail, requestOf, sessionDetail, verdictTone, whyOfAll } from './words.ts'

export type ConsoleOptions = {
  /** Path of the report as the user can open it; the last line ends with it. */
  readonly report: string
  readonly paint: Paint
  /** Columns of the terminal. */
  readonly width: number
}

/** The final words of a run for the terminal. Ends without a line break; its last line is the verdict and the report's path. */
export function consoleText(run: { readonly facts: Facts; readonly findings: Findings }, { report, paint, width }: ConsoleOptions): string {
  const account = accountOf(run)
  const tone = paint[verdictTone(run.findings.verdict)]
  const page = pageOf(Math.max(40, Math.min(width, 120)), paint)
  page.title(tone(account.word), account.word.length, account.subject, account.tally)
  for (const line of [account.headline, ...account.bounds]) page.text(line, '       ')
  for (const cluster of account.clusters) tellCluster(page, cluster, paint)
  tellStrays(page, account, paint)
  page.gap()
  page.entry('since', account.since === null ? [] : [account.since])
  page.entry('rate', account.rate === null ? [] : [account.rate])
  page.entry('owner', account.owner === null ? [] : [account.owner])
  page.entry('heals', account.heals === null ? [] : [account.heals])
  page.entry('called', account.leaks.map(nameAndSentence))
  page.entry('crossed', account.crossed.map(nameAndSentence))
  page.entry('unseen', account.unseen.flatMap((finding) => [nameAndSentence(finding), `to settle it: ${finding.settledBy}`]))
  page.entry('warning', account.warnings.map(nameAndSentence))
  page.entry('drift', account.drifts)
  if (run.findings.verdict !== 'leak') page.entry('watched', account.watched)
  page.entry('held', run.findings.verdict === 'pass' ? heldInFull(account) : heldInShort(account))
  if (run.findings.verdict === 'pass') page.entry('but', account.notJudged.map(nameAndSentence))
  page.entry('next', account.next, Number.POSITIVE_INFINITY)
  page.gap()
  return [...page.lines, `${tone(account.word)}  ${account.tally}  ${report}`].join('\n')
}

/** The verdict and the report's path alone, of such words. */
export const lastLineOf = (words: string): string => words.slice(words.lastIndexOf('\n') + 1)

/** So many of one cluster are listed pair by pair below the first; the report has all of them. */
const pairsShown = 4

/** Longest command that its backend is aligned with. */
const widestAligned = 40

function tellCluster(page: Page, { symptom, hangs }: Cluster, paint: Paint): void {
  const [first, ...others] = hangs
  if (first === undefined) return
  page.gap()
  page.text(`${thousands(hangs.length)} x  ${symptom}`, '  ', paint.strong)
  const command = first.process === null ? '' : clip(first.process.command, 60)
  // Beside a long command the other column would begin at the far edge.
  const column = (command.length > widestAligned ? 'postgres'.length : Math.max(command.length, 'postgres'.length)) + 2
  if (first.process !== null) page.text(`${`${command}  `.padEnd(column)}pid ${first.process.pid}  ${processDetail(first.process)}`, indent)
  if (first.session !== null) page.text(`${'postgres'.padEnd(column)}pid ${first.session.pid}  ${clip(sessionDetail(first.session), 160)}`, indent)
  page.text(requestOf(first), indent)
  if (first.lastLogLine !== null) page.text(`log ends in: ${first.lastLogLine}`, indent)
  if (first.evidence !== null) page.text(`evidence: ${first.evidence}`, indent)
  for (const hang of others.slice(0, pairsShown)) page.text(clip(pairOf(hang), page.room), indent, paint.faint)
  const more = others.length - pairsShown
  if (more > 0) page.text(`... ${thousands(more)} more of the same cluster, listed in the report`, indent)
}

function tellStrays(page: Page, { strays }: Account, paint: Paint): void {
  for (const { survivors } of strays) {
    page.gap()
    page.text(`${thousands(survivors.length)} x  ${whyOfAll(survivors)}`, '  ', paint.strong)
    const isAlike = new Set(survivors.map(({ why }) => why)).size === 1
    for (const { member, why } of survivors.slice(0, pairsShown)) page.text(`${memberLine(member)}${isAlike ? '' : `: ${why}`}`, indent)
    if (survivors.length > pairsShown) page.text(`... ${thousands(survivors.length - pairsShown)} more, listed in the report`, indent)
  }
}

/** `pid 3230 + postgres 3231, 4 min 02 s  GET /edge/timeline?...` */
function pairOf(hang: Hang): string {
  const { process, session } = hang
  const pids = [process === null ? null : `pid ${process.pid}`, session === null ? null : `postgres ${session.pid}`].filter((part) => part !== null).join(' + ')
  const ageMs = session && ageOf(session)
  return `${pids}${ageMs === null ? '' : `, ${duration(ageMs)}`}  ${requestOf(hang)}`
}

/** Thresholds that held belong beside those that did not. */
function heldInShort({ held }: Account): readonly string[] {
  const thresholds = held.filter(({ threshold }) => threshold)
  const others = held.length - thresholds.length
  return [...thresholds.map(nameAndSentence), ...(others === 0 ? [] : [`${count(others, 'other check')}, listed in the report`])]
}

const indent = '       '

type Page = ReturnType<typeof pageOf>

function pageOf(width: number, paint: Paint) {
  const lines: string[] = []
  return {
    lines,
    /** Characters that fit on one indented line. */
    room: width - indent.length - 2,
    gap: () => {
      if (lines.at(-1) !== '') lines.push('')
    },
    /** The tally stands at the right edge where there is room, else below. */
    title: (word: string, wordLength: number, subject: string, tally: string) => {
      const [first = '', ...others] = wrap(printable(subject), width - wordLength - 3)
      const room = width - wordLength - 3 - first.length - tally.length
      const isBeside = others.length === 0 && room >= 2
      lines.push(`${word}   ${paint.strong(first)}${isBeside ? `${' '.repeat(room)}${tally}` : ''}`, ...others.map((line) => `${' '.repeat(wordLength + 3)}${paint.strong(line)}`))
      if (!isBeside) lines.push(...wrap(tally, width - indent.length).map((line) => `${indent}${line}`))
    },
    text: (text: string, lead: string, tone = (line: string) => line) => {
      lines.push(...wrap(printable(text), width - lead.length - 2).map((line, i) => `${lead}${i > 0 ? '  ' : ''}${tone(line)}`))
    },
    /** Commands take no line break, so that they can be copied: their `widest` is infinite. */
    entry: (name: string, texts: readonly string[], widest = width - 11) => {
      for (const [i, text] of texts.entries()) {
        const [head, ...rest] = wrap(printable(text), widest)
        lines.push(`  ${paint.faint((i === 0 ? name : '').padEnd(7))}  ${head ?? ''}`, ...rest.map((line) => `${' '.repeat(11)}${line}`))
      }
    },
  }
}

/** Breaks between words only: a URL or a path stays whole, so that it can be copied, and neither is a number parted from its unit nor a method from its URL. */
function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = []
  for (const word of text.split(/(?<!(?<!\S)(?:GET|HEAD|POST|PUT|PATCH|DELETE)) (?!(?:ms|s|min|h|%)(?!\w))/)) {
    const last = lines.at(-1)
    if (last === undefined || last.length + 1 + word.length > width) lines.push(word)
    else lines[lines.length - 1] = `${last} ${word}`
  }
  return lines.map((line) => line.trimEnd())
}
