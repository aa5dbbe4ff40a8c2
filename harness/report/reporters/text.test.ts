import fc from 'fast-check'
import { expect, test } from 'vitest'
import { hostileRun, hostileText } from '../../testing/recordings/hostile.ts'
import { syntheticCrossed, syntheticFacts, syntheticHang, syntheticInconclusive, syntheticLeak, syntheticPass } from '../../testing/recordings/synthetic.ts'
import { syntheticEntries } from '../../testing/recordings/synthetic-entries.ts'
import type { Findings } from '../../verdict/verdict.ts'
import type { RunRecord } from '../run-record.ts'
import { seriesOf } from '../series.ts'
import junit from './junit.ts'
import markdown from './markdown.ts'

test('survivors of no known request are told in Markdown by what is wrong with them, without an empty column', async () => {
  const hangs = [0, 1].map((n) => syntheticHang(n, { url: null, why: 'open for 44 s with 2 locks', lastLogLine: null }))
  expect(markdown.render(await runOf({ ...syntheticLeak(2), hangs }))).toMatch(/\| Why \| Process \| Backend \|\n\| --- \| --- \| --- \|\n\| open for 44 s with 2 locks \|/)
})

test('a leak in Markdown', async () => {
  expect(markdown.render(await runOf(syntheticLeak(2)))).toMatchInlineSnapshot(`
    "# LEAK: timeline-soak (as-shipped, processes, gate)

    **2 of 80 requests never ended: their processes wait for ever and hold 2 transactions open**

    - 2 left behind in 80 requests: 87.5 per 1,000 (95 %: 35.2-180.3)
    - 73 of 80 requests as expected, 2 left behind (started 2026-11-23T06:22:00.000Z, processes stack: no container engine answers)

    ## 2 × process waits in futex, its backend idle in transaction

    | Request | Process | Backend | Log ends in |
    | --- | --- | --- | --- |
    | \`GET /edge/timeline?daysback=90&max=50&format=rss\` | \`node drproject.cgi\` pid 3216, S futex_do_wait  0.31 s CPU, started 06:22:41 UTC | pid 3217, idle in transaction for 42 s, last: SELECT … FROM ticket_change WHERE ticket = $1 ORDER BY time | \`06:22:41 timeline: gathering ticket events\` |
    | \`GET /cs340/timeline?daysback=180&max=50&format=rss\` | \`node drproject.cgi\` pid 3218, S futex_do_wait  0.31 s CPU, started 06:22:43 UTC | pid 3219, idle in transaction for 40 s, last: SELECT … FROM ticket_change WHERE ticket = $1 ORDER BY time | \`06:22:41 timeline: gathering ticket events\` |

    ## 1 × zombie, not reaped by its parent

    no zombie is left:

    - \`git  pid 3305  Z  0.01 s CPU, started 06:22:41 UTC\`

    ## Since

    - 06:22:41 to 06:22:43 UTC in cycles 3 and 4, by /edge/timeline, /cs340/timeline

    ## Rate

    - 2 left behind, which come with the requests: 87.5 per 1,000 requests (95 %: 35.2 to 180.3); none came in the cycle without requests

    ## Owner

    - timeline (2): each of them carries its request

    ## Heals

    - permanent, as far as this run waited: neither further requests nor time healed it

    ## Called

    - **every request process ends with its request**: 2 processes outlived their requests by more than 5.0 s, CPU frozen at 0.31 s
    - **no transaction stays open**: 2 sessions idle in transaction, the oldest for 42.3 s, where transactions that ended took 1.2 s
    - **no zombie is left**: 1 zombie, 0 declared

    ## Warnings

    - **pools stay within their size**: declares 5 sessions a process, one held 6 for 0.4 s

    ## Drift

    - memory not settled yet: 52 MB to 61 MB over 80 requests, 0.12 MB per 1,000 (95 %: -0.010 MB to 0.30 MB)

    ## Load

    - 73 of 80 planned requests were answered as expected
    - latencies are counted from when a request was sent, and a user waits for an answer before the next: who would have come meanwhile is in none of them (coordinated omission, which load.arrivals corrects)

    ## Next

    - \`lowtide shrink reports/2026-11-23T0622-timeline-soak\`
    - \`read forensics/cluster-1.md: /proc and the backend of each hung request\`

    ## Watched

    - sessions of PostgreSQL by pid and start: state, age of transaction, locks, xmin
    - processes of the application by pid and start: state, CPU time, threads, descriptors, sockets
    - the log of PostgreSQL: opened and closed sessions, errors

    ## Held

    - **other routes still answer**: /edge/wiki/WikiStart answered 5 of 5 times while requests hung
    - **no query runs without a client**: 0 active sessions at 15 looks

    ## Repeat

    - \`lowtide run scenarios/timeline-soak.ts --variant as-shipped --stack processes --seed 7\`
    - git 466ed05 (clean)
    - node v24.21.0
    - k6 v2.2.0
    - postgres 18.4
    "
  `)
})

test('a leak in JUnit: leaks are failures, warnings are none', async () => {
  expect(junit.render(await runOf(syntheticLeak(1)))).toMatchInlineSnapshot(`
    "<?xml version="1.0" encoding="UTF-8"?>
    <testsuite name="timeline-soak (as-shipped, processes, gate)" tests="6" failures="3" errors="0" skipped="0" time="60.000" timestamp="2026-11-23T06:22:00.000Z">
      <properties>
        <property name="requests planned" value="80"/>
        <property name="requests answered as expected" value="73"/>
        <property name="left behind" value="1"/>
      </properties>
      <testcase classname="timeline-soak (as-shipped, processes, gate)" name="every request process ends with its request"><failure message="1 processes outlived their requests by more than 5.0 s, CPU frozen at 0.31 s">node drproject.cgi  pid 3216  S futex_do_wait  0.31 s CPU, started 06:22:41 UTC  (state S in futex, CPU frozen over three looks)</failure></testcase>
      <testcase classname="timeline-soak (as-shipped, processes, gate)" name="no transaction stays open"><failure message="1 sessions idle in transaction, the oldest for 42.3 s, where transactions that ended took 1.2 s">postgres  pid 3217  idle in transaction for 42 s, last: SELECT … FROM ticket_change WHERE ticket = $1 ORDER BY time  (transaction open with xmin and 3 relation locks)</failure></testcase>
      <testcase classname="timeline-soak (as-shipped, processes, gate)" name="no zombie is left"><failure message="1 zombie, 0 declared">git  pid 3305  Z  0.01 s CPU, started 06:22:41 UTC  (zombie, not reaped by its parent)</failure></testcase>
      <testcase classname="timeline-soak (as-shipped, processes, gate)" name="pools stay within their size"><system-out>warning: declares 5 sessions a process, one held 6 for 0.4 s</system-out></testcase>
      <testcase classname="timeline-soak (as-shipped, processes, gate)" name="other routes still answer"></testcase>
      <testcase classname="timeline-soak (as-shipped, processes, gate)" name="no query runs without a client"></testcase>
    </testsuite>
    "
  `)
})

test('each report tells what was delivered of the planned dose, and from when on latencies are counted', async () => {
  const run = await runOf(syntheticLeak(2))
  expect(junit.render(run)).toMatch(/<properties>\s*<property name="requests planned" value="80"\/>\s*<property name="requests answered as expected" value="73"\/>\s*<property name="left behind" value="2"\/>/)
  expect(markdown.render(run)).toContain('## Load\n\n- 73 of 80 planned requests were answered as expected\n- latencies are counted from when a request was sent')
  const open = { ...run, series: { ...run.series, doses: run.series.doses.map((dose) => ({ ...dose, lateness: { p99Ms: 3, maxMs: 4 } })) } }
  expect(markdown.render(open)).toContain('- latencies are counted from the moment at which a request was to come')
})

test('what could not be seen is an error in JUnit, not a pass', async () => {
  expect(junit.render(await runOf(syntheticInconclusive()))).toMatch(/tests="2" failures="0" errors="1"/)
})

test('a crossed threshold is a failure of its own kind in JUnit, and no leak', async () => {
  const rendered = junit.render(await runOf(syntheticCrossed()))
  expect(rendered).toMatch(/tests="7" failures="1" errors="0"/)
  expect(rendered).toContain('name="http_req_duration: p(99)&#60;400"><failure type="threshold" message="p(99) was 612 ms over 150 requests"/>')
})

test('it has a section of its own in Markdown', async () => {
  const rendered = markdown.render(await runOf(syntheticCrossed()))
  expect(rendered).toMatch(/^# THRESHOLD CROSSED: timeline-soak/)
  expect(rendered).toContain('## Thresholds crossed\n\n- **http_req_duration: p(99)\\<400**: p(99) was 612 ms over 150 requests')
})

test('a run that judged nothing is an error in JUnit, not an empty success', async () => {
  const interrupted: Findings = { ...syntheticPass(), verdict: 'interrupted', headline: 'interrupted in cycle 2', findings: [] }
  expect(junit.render(await runOf(interrupted))).toMatch(/tests="1" failures="0" errors="1"[^]*interrupted in cycle 2/)
})

test('whatever an application writes, Markdown keeps its headings', async () => {
  const headings = (text: string) => [...text.matchAll(/^#+ /gm)].length
  const harmless = headings(markdown.render(await hostileRun('harmless')))
  await fc.assert(
    fc.asyncProperty(hostileText, async (text) => {
      const rendered = markdown.render(await hostileRun(text))
      expect(headings(rendered)).toBe(harmless)
      // Read from left to right as CommonMark does: what is left of escapes and code spans begins no tag and no link.
      expect(rendered.replace(/\\.|(`+)(?!`).*?(?<!`)\1(?!`)/g, '')).not.toMatch(/[<[`]/)
    }),
    { numRuns: 100 },
  )
})

test('whatever an application writes, JUnit keeps its elements and is XML', async () => {
  const elements = (text: string) => [...text.matchAll(/<\/?[a-z-]+/g)].map(([tag]) => tag)
  const harmless = elements(junit.render(await hostileRun('harmless')))
  await fc.assert(
    fc.asyncProperty(hostileText, async (text) => {
      const rendered = junit.render(await hostileRun(text))
      expect(elements(rendered)).toEqual(harmless)
      // XML 1.0, production 2: Char.
      expect(rendered).toMatch(/^[\n\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]*$/u)
    }),
    { numRuns: 100 },
  )
})

async function runOf(findings: Findings): Promise<RunRecord> {
  const facts = syntheticFacts()
  async function* entries() {
    yield* syntheticEntries({ hung: findings.hangs.length })
  }
  return { facts, findings, series: await seriesOf(entries(), facts) }
}
