import { formatVersion } from '../../timeline/entry.ts'
import type { Facts } from '../../timeline/facts.ts'
import type { Process, Session } from '../../timeline/member.ts'
import type { Findings, Hang } from '../../verdict/verdict.ts'

/*
 * Synthetic recordings: made by code, measured nowhere. They exist to test the layout of reports alone; no verdict, rule or
 * figure may rest on them. Their shapes follow the incident of 2006.
 */

const startedAt = Date.parse('2026-11-23T06:22:00.000Z')

export function syntheticFacts(differences: Partial<Facts> = {}): Facts {
  return {
    formatVersion,
    run: '2026-11-23T0622-timeline-soak',
    scenario: 'timeline-soak',
    variant: 'as-shipped',
    profile: 'gate',
    stack: { kind: 'processes', why: 'no container engine answers' },
    command: 'lowtide run scenarios/timeline-soak.ts --variant as-shipped --stack processes --seed 7',
    startedAt: new Date(startedAt).toISOString(),
    seed: 7,
    doses: [0, 40, 10, 20, 10],
    concurrency: 8,
    sampleEveryMs: 200,
    limits: { workers: 0, poolMaxPerProcess: 5 },
    probes: ['pg', 'app'],
    versions: { git: '466ed05 (clean)', node: 'v24.21.0', k6: 'v2.2.0', postgres: '18.4' },
    ...differences,
  }
}

export function syntheticProcess(differences: Partial<Process> = {}): Process {
  return {
    kind: 'process',
    id: '3216@91000',
    pid: 3216,
    parentPid: 3100,
    startedAtMs: startedAt + 41_000,
    state: 'S',
    command: 'node drproject.cgi',
    waitChannel: 'futex_do_wait',
    cpuMs: 310,
    threads: 7,
    runnableThreads: 0,
    residentBytes: 48_000_000,
    descriptors: 21,
    databasePorts: [40_112],
    closeWait: 0,
    request: { method: 'GET', url: '/edge/timeline?daysback=90&max=50&format=rss' },
    control: null,
    ...differences,
  }
}

export function syntheticSession(differences: Partial<Session> = {}): Session {
  return {
    kind: 'session',
    id: `3217@${startedAt + 41_300}`,
    pid: 3217,
    backendStartMs: startedAt + 41_300,
    user: 'tracker',
    database: 'tracker',
    applicationName: '',
    clientAddress: '127.0.0.1',
    clientPort: 40_112,
    state: 'idle in transaction',
    waitEvent: 'ClientRead',
    transactionAgeMs: 42_300,
    stateAgeMs: 42_000,
    queryAgeMs: 42_000,
    holdsXid: false,
    holdsXmin: true,
    relationLocks: 3,
    advisoryLocks: 0,
    query: 'SELECT ticket, time, author, field, oldvalue, newvalue FROM ticket_change WHERE ticket = $1 ORDER BY time',
    ...differences,
  }
}

/** The n-th hung pair: its own pids, births and project. */
export function syntheticHang(n: number, differences: Partial<Hang> = {}): Hang {
  const url = `/${['edge', 'cs340', 'web'][n % 3]}/timeline?daysback=${[90, 180, 30][n % 3]}&max=50&format=rss`
  const bornAtMs = startedAt + 41_000 + n * 2_300
  return {
    process: syntheticProcess({ id: `${3216 + 2 * n}@${91_000 + n}`, pid: 3216 + 2 * n, startedAtMs: bornAtMs, databasePorts: [40_112 + n], request: { method: 'GET', url } }),
    session: syntheticSession({ id: `${3217 + 2 * n}@${bornAtMs + 300}`, pid: 3217 + 2 * n, backendStartMs: bornAtMs + 300, clientPort: 40_112 + n, transactionAgeMs: 42_300 - n * 2_300 }),
    url,
    why: null,
    lastLogLine: '06:22:41 timeline: gathering ticket events',
    bornIn: 3 + (n % 2),
    evidence: 'forensics/cluster-1.md',
    ...differences,
  }
}

export function syntheticLeak(hung = 7): Findings {
  const hangs = Array.from({ length: hung }, (_, n) => syntheticHang(n))
  const zombie = syntheticProcess({ id: '3305@93100', pid: 3305, state: 'Z', command: 'git', waitChannel: '', descriptors: null, cpuMs: 10, request: null, databasePorts: [] })
  return {
    formatVersion,
    verdict: 'leak',
    endedEarly: null,
    headline: `${hung} of 80 requests never ended: their processes wait for ever and hold ${hung} transactions open`,
    findings: [
      {
        invariant: 'every request process ends with its request',
        kind: 'leak',
        sentence: `${hung} processes outlived their requests by more than 5.0 s, CPU frozen at 0.31 s`,
        survivors: hangs.flatMap(({ process, bornIn }) => (process === null ? [] : [{ member: process, why: 'state S in futex, CPU frozen over three looks', bornIn }])),
      },
      {
        invariant: 'no transaction stays open',
        kind: 'leak',
        sentence: `${hung} sessions idle in transaction, the oldest for 42.3 s, where transactions that ended took 1.2 s`,
        survivors: hangs.flatMap(({ session, bornIn }) => (session === null ? [] : [{ member: session, why: 'transaction open with xmin and 3 relation locks', bornIn }])),
      },
      { invariant: 'no zombie is left', kind: 'leak', sentence: '1 zombie, 0 declared', survivors: [{ member: zombie, why: 'zombie, not reaped by its parent', bornIn: 4 }] },
      { invariant: 'pools stay within their size', kind: 'warning', sentence: 'declares 5 sessions a process, one held 6 for 0.4 s', survivors: [] },
      { invariant: 'other routes still answer', kind: 'pass', sentence: '/edge/wiki/WikiStart answered 5 of 5 times while requests hung' },
      { invariant: 'no query runs without a client', kind: 'pass', sentence: '0 active sessions at 15 looks' },
    ],
    hangs,
    heal: 'permanent',
    dose: { planned: 80, counted: 73, distinctUrls: 44, leftBehind: hung },
    bounds: [`${hung} left behind in 80 requests: 87.5 per 1,000 (95 %: 35.2-180.3)`],
    rate: { kind: 'per request', events: hung, law: 'Poisson', perRequest: { value: hung / 80, lower: 0.0352, upper: 0.1803 }, sentence: `${hung} left behind, which come with the requests: 87.5 per 1,000 requests (95 %: 35.2 to 180.3); none came in the cycle without requests` },
    owner: { kind: 'request', routes: [{ route: 'timeline', share: 1 }], sentence: `timeline (${hung}): each of them carries its request` },
    drifts: [{ counter: 'app.rss-bytes', kind: 'not settled yet', slope: 120_000, interval: { lower: -10_000, upper: 300_000 }, sentence: 'memory not settled yet: 52 MB to 61 MB over 80 requests, 0.12 MB per 1,000 (95 %: -0.010 MB to 0.30 MB)' }],
    watched: watchedSentences,
    next: ['lowtide shrink reports/2026-11-23T0622-timeline-soak', 'read forensics/cluster-1.md: /proc and the backend of each hung request'],
  }
}

export function syntheticPass(): Findings {
  return {
    formatVersion,
    verdict: 'pass',
    endedEarly: null,
    headline: '0 left behind in 150 requests: fewer than 20.0 per 1,000 at 95 %',
    findings: [
      { invariant: 'every request process ends with its request', kind: 'pass', sentence: '0 of 150 outlived it' },
      { invariant: 'no transaction stays open', kind: 'pass', sentence: '0 open at 15 looks; the longest that ended took 1.2 s' },
      { invariant: 'the planted leak was found', kind: 'pass', sentence: '3 sessions, 1 zombie and 5 descriptors planted, found and removed again' },
      { invariant: 'the two ledgers agree', kind: 'pass', sentence: '412 sessions opened and 412 closed in the server log, 0 open' },
      { invariant: 'pools stay within their size', kind: 'warning', sentence: 'declares 5 sessions a process, one held 6 for 0.4 s', survivors: [] },
    ],
    hangs: [],
    heal: 'none',
    dose: { planned: 150, counted: 150, distinctUrls: 60, leftBehind: 0 },
    bounds: ['0 left behind in 150 requests: fewer than 20.0 per 1,000 at 95 %', '0 of 60 distinct URLs: fewer than 5.0 % of such URLs at 95 %'],
    rate: null,
    owner: null,
    drifts: [{ counter: 'app.rss-bytes', kind: 'flat', slope: 0, interval: { lower: 0, upper: 0 }, sentence: 'memory flat: 52 MB to 52 MB over 150 requests' }],
    watched: watchedSentences,
    next: ['lowtide run scenarios/timeline-soak.ts --profile nightly --for 8h  (a smaller bound)'],
  }
}

/** Nothing left, one threshold crossed, one held. */
export function syntheticCrossed(): Findings {
  const passed = syntheticPass()
  return {
    ...passed,
    verdict: 'crossed',
    headline: 'http_req_duration: p(99)<400: p(99) was 612 ms over 150 requests',
    findings: [
      { invariant: 'http_req_duration: p(99)<400', threshold: true, kind: 'crossed', sentence: 'p(99) was 612 ms over 150 requests' },
      { invariant: 'http_req_failed: rate<0.01', threshold: true, kind: 'pass', sentence: 'rate was 0 % over 150 requests' },
      ...passed.findings,
    ],
    next: ['see it again: lowtide run scenarios/timeline-soak.ts'],
  }
}

export function syntheticInconclusive(): Findings {
  return {
    formatVersion,
    verdict: 'inconclusive',
    endedEarly: null,
    headline: 'sessions of PostgreSQL were not seen for 31.4 s of 64.0 s',
    findings: [
      {
        invariant: 'every probe keeps its sight',
        kind: 'inconclusive',
        sentence: 'pg gave no answer from 33.1 s on ("terminating connection due to administrator command"), 157 of 320 beats missed',
        settledBy: 'run again with the monitor left connected: its role must not be ended by the application or an operator',
      },
      { invariant: 'every request process ends with its request', kind: 'pass', sentence: '0 of 150 outlived it' },
    ],
    hangs: [],
    heal: 'none',
    dose: { planned: 150, counted: 150, distinctUrls: 60, leftBehind: 0 },
    bounds: [],
    rate: null,
    owner: null,
    drifts: [],
    watched: watchedSentences.slice(1),
    next: ['npm run soak'],
  }
}

const watchedSentences = [
  'sessions of PostgreSQL by pid and start: state, age of transaction, locks, xmin',
  'processes of the application by pid and start: state, CPU time, threads, descriptors, sockets',
  'the log of PostgreSQL: opened and closed sessions, errors',
]
