import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { hostileRun, hostileText } from '../testing/recordings/hostile.ts'
import { syntheticCrossed, syntheticFacts, syntheticInconclusive, syntheticLeak, syntheticPass } from '../testing/recordings/synthetic.ts'
import { consoleText } from './console.ts'
import { plain } from './paint.ts'

const options = { report: 'reports/2026-11-23T0622-timeline-soak/report.html', paint: plain, width: 110 }

test('things that are left in different ways are told with how each of them is', () => {
  const leak = syntheticLeak()
  const [stray] = leak.findings.flatMap((finding) => (finding.kind === 'leak' && finding.survivors.some(({ why }) => why.startsWith('zombie')) ? [finding] : []))
  const [one] = stray?.survivors ?? []
  if (stray === undefined || one === undefined) throw new Error('the synthetic leak has no zombie')
  const survivors = [3, 8].map((n) => ({ ...one, member: { ...one.member, id: `${n}` }, why: `${n} in CLOSE_WAIT` }))
  const lines = consoleText({ facts: syntheticFacts(), findings: { ...leak, findings: leak.findings.map((finding) => (finding === stray ? { ...stray, survivors } : finding)) } }, options)
  expect(lines).toContain('2 x  3 to 8 in CLOSE_WAIT')
  expect(lines).toMatch(/pid 3305 .*: 3 in CLOSE_WAIT\n.*pid 3305 .*: 8 in CLOSE_WAIT\n/)
})

test('a leak answers the five questions in their order', () => {
  expect(consoleText({ facts: syntheticFacts(), findings: syntheticLeak() }, options)).toMatchInlineSnapshot(`
    "LEAK   timeline-soak (as-shipped, processes, gate)                73 of 80 requests as expected, 7 left behind
           7 of 80 requests never ended: their processes wait for ever and hold 7 transactions open
           7 left behind in 80 requests: 87.5 per 1,000 (95 %: 35.2-180.3)

      7 x  process waits in futex, its backend idle in transaction
           node drproject.cgi  pid 3216  S futex_do_wait  0.31 s CPU, started 06:22:41 UTC
           postgres            pid 3217  idle in transaction for 42 s, last: SELECT … FROM ticket_change WHERE
             ticket = $1 ORDER BY time
           GET /edge/timeline?daysback=90&max=50&format=rss
           log ends in: 06:22:41 timeline: gathering ticket events
           evidence: forensics/cluster-1.md
           pid 3218 + postgres 3219, 40 s  GET /cs340/timeline?daysback=180&max=50&format=rss
           pid 3220 + postgres 3221, 38 s  GET /web/timeline?daysback=30&max=50&format=rss
           pid 3222 + postgres 3223, 35 s  GET /edge/timeline?daysback=90&max=50&format=rss
           pid 3224 + postgres 3225, 33 s  GET /cs340/timeline?daysback=180&max=50&format=rss
           ... 2 more of the same cluster, listed in the report

      1 x  zombie, not reaped by its parent
           git  pid 3305  Z  0.01 s CPU, started 06:22:41 UTC

      since    06:22:41 to 06:22:54 UTC in cycles 3 and 4, by /edge/timeline (3 times), /cs340/timeline (2 times),
               /web/timeline (2 times)
      rate     7 left behind, which come with the requests: 87.5 per 1,000 requests (95 %: 35.2 to 180.3); none
               came in the cycle without requests
      owner    timeline (7): each of them carries its request
      heals    permanent, as far as this run waited: neither further requests nor time healed it
      called   every request process ends with its request: 7 processes outlived their requests by more than
               5.0 s, CPU frozen at 0.31 s
               no transaction stays open: 7 sessions idle in transaction, the oldest for 42.3 s, where
               transactions that ended took 1.2 s
               no zombie is left: 1 zombie, 0 declared
      warning  pools stay within their size: declares 5 sessions a process, one held 6 for 0.4 s
      drift    memory not settled yet: 52 MB to 61 MB over 80 requests, 0.12 MB per 1,000 (95 %: -0.010 MB to 0.30
               MB)
      held     2 other checks, listed in the report
      next     lowtide shrink reports/2026-11-23T0622-timeline-soak
               read forensics/cluster-1.md: /proc and the backend of each hung request

    LEAK  73 of 80 requests as expected, 7 left behind  reports/2026-11-23T0622-timeline-soak/report.html"
  `)
})

test('a backend is aligned with its process, but not at the far edge', () => {
  const linesOf = (command: string) => {
    const [hang] = syntheticLeak(1).hangs
    if (!hang?.process) throw new Error('the synthetic leak has no process')
    return consoleText({ facts: syntheticFacts(), findings: { ...syntheticLeak(1), hangs: [{ ...hang, process: { ...hang.process, command } }] } }, options)
  }
  expect(linesOf('node drproject.cgi')).toMatch(/ {7}node drproject\.cgi {2}pid 3216 .*\n {7}postgres {12}pid 3217/)
  expect(linesOf('/usr/local/lib/node_modules/bin/node tracker.ts')).toMatch(/node tracker\.ts {2}pid 3216[^]*\n {7}postgres {2}pid 3217/)
})

test('a pass says what it is worth', () => {
  expect(consoleText({ facts: syntheticFacts({ variant: 'close-in-finally' }), findings: syntheticPass() }, options)).toMatchInlineSnapshot(`
    "PASS   timeline-soak (close-in-finally, processes, gate)                           150 requests, 0 left behind
           0 left behind in 150 requests: fewer than 20.0 per 1,000 at 95 %
           0 of 60 distinct URLs: fewer than 5.0 % of such URLs at 95 %

      warning  pools stay within their size: declares 5 sessions a process, one held 6 for 0.4 s
      watched  sessions of PostgreSQL by pid and start: state, age of transaction, locks, xmin
               processes of the application by pid and start: state, CPU time, threads, descriptors, sockets
               the log of PostgreSQL: opened and closed sessions, errors
      held     the planted leak was found: 3 sessions, 1 zombie and 5 descriptors planted, found and removed again
               3 other checks: every request process ends with its request, no transaction stays open, the two
               ledgers agree
      next     lowtide run scenarios/timeline-soak.ts --profile nightly --for 8h  (a smaller bound)

    PASS  150 requests, 0 left behind  reports/2026-11-23T0622-timeline-soak/report.html"
  `)
})

test('a crossed threshold is told apart from a leak, and one that held with its figure', () => {
  const lines = consoleText({ facts: syntheticFacts(), findings: syntheticCrossed() }, options).split('\n')
  expect(lines[0]).toMatch(/^THRESHOLD CROSSED   timeline-soak .* 150 requests, 0 left behind$/)
  expect(lines).toContain('  crossed  http_req_duration: p(99)<400: p(99) was 612 ms over 150 requests')
  expect(lines).toContain('  held     http_req_failed: rate<0.01: rate was 0 % over 150 requests')
  expect(lines.at(-1)).toBe(`THRESHOLD CROSSED  150 requests, 0 left behind  ${options.report}`)
  const held = { ...syntheticCrossed(), verdict: 'pass' as const, findings: syntheticCrossed().findings.slice(1) }
  expect(consoleText({ facts: syntheticFacts(), findings: held }, options)).toContain('held     http_req_failed: rate<0.01: rate was 0 % over 150 requests')
})

test('inconclusive says what was not seen and what would settle it', () => {
  expect(consoleText({ facts: syntheticFacts(), findings: syntheticInconclusive() }, options)).toMatchInlineSnapshot(`
    "INCONCLUSIVE   timeline-soak (as-shipped, processes, gate)                         150 requests, 0 left behind
           sessions of PostgreSQL were not seen for 31.4 s of 64.0 s

      unseen   every probe keeps its sight: pg gave no answer from 33.1 s on ("terminating connection due to
               administrator command"), 157 of 320 beats missed
               to settle it: run again with the monitor left connected: its role must not be ended by the
               application or an operator
      watched  processes of the application by pid and start: state, CPU time, threads, descriptors, sockets
               the log of PostgreSQL: opened and closed sessions, errors
      held     1 other check, listed in the report
      next     npm run soak

    INCONCLUSIVE  150 requests, 0 left behind  reports/2026-11-23T0622-timeline-soak/report.html"
  `)
})

test('on a terminal of 40 columns no line is broken by the terminal but one that is there to be copied', () => {
  const runs = [syntheticLeak(), syntheticPass(), syntheticInconclusive()].map((findings) => consoleText({ facts: syntheticFacts(), findings }, { ...options, width: 40 }))
  for (const run of runs) expect(run.split('\n  next')[0]?.split('\n').filter((line) => line.length > 40 && !/^\s+GET /.test(line))).toEqual([])
  expect(runs[0]?.split('\n').slice(0, 5)).toEqual(['LEAK   timeline-soak (as-shipped,', '       processes, gate)', '       73 of 80 requests as expected, 7', '       left behind', '       7 of 80 requests never ended:'])
})

describe('whatever the application wrote', () => {
  test('the last line is the verdict and the path of the report', async () => {
    await fc.assert(
      fc.asyncProperty(hostileText, async (text) => {
        const lines = consoleText(await hostileRun(text), options).split('\n')
        expect(lines.at(-1)).toBe(`LEAK  73 of 80 requests as expected, 1 left behind  ${options.report}`)
      }),
    )
  })

  test('no control character reaches the terminal', async () => {
    await fc.assert(
      fc.asyncProperty(hostileText, async (text) => {
        expect(consoleText(await hostileRun(text), options)).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}]/u)
      }),
    )
  })
})
