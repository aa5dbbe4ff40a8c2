import type { Finding } from '../../verdict/verdict.ts'
import { accountOf } from '../account.ts'
import type { Reporter, RunRecord } from '../run-record.ts'
import { memberLine, printable } from '../words.ts'

/** One test case for each check, for CI servers: a leak and a crossed threshold are failures, what could not be seen is an error. */
export default { file: 'junit.xml', render } satisfies Reporter

function render(run: RunRecord): string {
  const account = accountOf(run)
  const { findings } = run.findings
  const suite = account.subject
  // A run that was interrupted may have judged nothing: an empty suite would read as passed.
  const unsaid = run.findings.verdict !== 'pass' && account.leaks.length === 0 && account.crossed.length === 0 && account.unseen.length === 0
  const cases = [...findings.map((finding) => testCase(suite, finding)), ...(unsaid ? [element(suite, 'the run reaches a verdict', `<error message="${attribute(account.headline)}"/>`)] : [])]
  const errors = account.unseen.length + (unsaid ? 1 : 0)
  return `<?xml version="1.0" encoding="UTF-8"?>
<testsuite name="${attribute(suite)}" tests="${cases.length}" failures="${account.leaks.length + account.crossed.length}" errors="${errors}" skipped="${account.notJudged.length}" time="${(run.series.endMs / 1_000).toFixed(3)}" timestamp="${attribute(run.facts.startedAt)}">
  <properties>
${properties(run).map(([name, value]) => `    <property name="${name}" value="${value}"/>`).join('\n')}
  </properties>
${cases.join('\n')}
</testsuite>
`
}

/** What a CI server can draw over many runs. */
function properties({ findings: { dose } }: RunRecord): readonly (readonly [name: string, value: number])[] {
  return [
    ['requests planned', dose.planned],
    ['requests answered as expected', dose.counted],
    ['left behind', dose.leftBehind],
  ]
}

function testCase(suite: string, finding: Finding): string {
  switch (finding.kind) {
    case 'pass':
      return element(suite, finding.invariant, '')
    case 'not judged':
      return element(suite, finding.invariant, `<skipped message="${attribute(finding.sentence)}"/>`)
    case 'warning':
      return element(suite, finding.invariant, `<system-out>${attribute(`warning: ${finding.sentence}`)}</system-out>`)
    case 'leak':
      return element(suite, finding.invariant, `<failure message="${attribute(finding.sentence)}">${finding.survivors.map(({ member, why }) => attribute(`${memberLine(member)}  (${why})`)).join('\n')}</failure>`)
    case 'crossed':
      return element(suite, finding.invariant, `<failure type="threshold" message="${attribute(finding.sentence)}"/>`)
    case 'inconclusive':
      return element(suite, finding.invariant, `<error message="${attribute(finding.sentence)}">${attribute(`to settle it: ${finding.settledBy}`)}</error>`)
    default:
      return finding satisfies never
  }
}

function element(suite: string, name: string, content: string): string {
  return `  <testcase classname="${attribute(suite)}" name="${attribute(name)}">${content}</testcase>`
}

function attribute(text: string): string {
  return printable(text, 4_000).replace(/[&<>"'\ufffe\uffff]/g, (character) => `&#${xmlSafe(character)};`)
}

/** U+FFFE and U+FFFF may not appear in XML in any form. */
function xmlSafe(character: string): number {
  const code = character.charCodeAt(0)
  return code >= 0xfffe ? 0xfffd : code
}
