import type { Entry, Happening, PhaseName } from '../../timeline/entry.ts'
import type { Facts } from '../../timeline/facts.ts'
import { formatVersion } from '../../timeline/entry.ts'
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
    rate: { kind: 'per request', events: hung, law: 'Poisson', perRequest: { value: hung / 80, lower: 0.0352, upper: 0.1803 }, sentence: `${hung} left behind by the requests: 87.5 per 1,000 requests (95 %: 35.2 to 180.3), none in the time without requests` },
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

/** A minute of a run at 5 Hz: warm-up, baseline, five cycles with doses 0, 40, 10, 20, 10, control. With `hung`, so many requests never end. */
export function* syntheticEntries({ hung }: { readonly hung: number }): Generator<Entry> {
  const happenings = [...phaseHappenings(), ...loadHappenings(hung), ...beatHappenings(hung), ...suspectHappenings(hung)].toSorted((a, b) => a.atMs - b.atMs)
  for (const [n, happening] of happenings.entries()) yield { ...happening, n }
}

type Timed = Happening & { readonly atMs: number }

const cycleStarts = [4_000, 8_000, 16_000, 22_000, 30_000, 38_000, 46_000]
const cycleDoses = [20, 20, 0, 40, 10, 20, 10]
const loadMs = 4_000

function phaseHappenings(): readonly Timed[] {
  const span = (phase: PhaseName, startMs: number, endMs: number, cycle?: number): readonly Timed[] => {
    const numbered = cycle === undefined ? {} : { cycle }
    return [
      { kind: 'phase', phase, edge: 'start', atMs: startMs, ...numbered },
      { kind: 'phase', phase, edge: 'end', atMs: endMs, ...numbered },
    ]
  }
  const rest = { 'pg.backends': 2, 'pg.idle-in-transaction': 0, 'app.processes': 1, 'app.zombies': 0, 'app.fds': 22, 'app.rss-bytes': 52_000_000 }
  const looks = [12_500, 13_300, 14_100].map((atMs, i): Timed => ({ kind: 'look', reading: 'baseline', quiescent: true, counters: { ...rest, 'pg.backends': 2 + (i % 2), 'app.fds': 22 + i }, members: [], atMs }))
  return [
    ...span('boot', 0, 2_100),
    ...span('seed', 2_100, 4_000),
    ...cycleStarts.flatMap((startMs, cycle) => [...span(cycle < 2 ? 'warm-up' : 'cycle', startMs, startMs + loadMs, cycle), ...span('settle', startMs + loadMs, cycle === 1 ? 12_200 : (cycleStarts[cycle + 1] ?? 53_000), cycle)]),
    ...span('baseline', 12_200, 16_000),
    ...looks,
    ...span('control', 53_000, 58_000),
    { kind: 'control', edge: 'planted', planted: { planterPid: 4_000, sessionPids: [4_001, 4_002, 4_003], zombiePids: [4_004], descriptors: 5 }, atMs: 53_600 },
    { kind: 'control', edge: 'removed', planted: { planterPid: 4_000, sessionPids: [4_001, 4_002, 4_003], zombiePids: [4_004], descriptors: 5 }, atMs: 56_000 },
    ...span('judge', 58_000, 58_300),
    ...span('tear-down', 58_300, 60_000),
    { kind: 'end', how: 'completed', detail: 'every phase ran', atMs: 60_000 },
  ]
}

function loadHappenings(hung: number): readonly Timed[] {
  return cycleStarts.flatMap((startMs, cycle) => {
    const planned = cycleDoses[cycle] ?? 0
    const lost = hungIn(cycle, hung)
    const seconds = [1, 2, 3, 4].flatMap((second) =>
      ['timeline', 'feed', 'wiki'].map((route, i): Timed => {
        const started = Math.round(planned / 12)
        const notAnswered = route === 'timeline' ? Math.min(started, Math.ceil(lost / 4)) : 0
        return { kind: 'load', cycle, route, started, counted: started - notAnswered, unexpected: 0, timedOut: 0, broken: 0, p50Ms: 60 + 90 * i, p99Ms: 300 + 200 * i + 40 * second, maxMs: 700 + 200 * i, atMs: startMs + second * 1_000 }
      }),
    )
    const dose: Timed = { kind: 'dose', cycle, role: cycle < 2 ? 'warm-up' : 'measured', planned, counted: planned - lost, unexpected: 0, timedOut: lost, broken: 0, dropped: 0, newUrls: planned, peakInFlight: 8, generator: { kind: 'completed' }, atMs: startMs + loadMs + 200 }
    const timedOut: readonly Timed[] = lost === 0 ? [] : [{ kind: 'load', cycle, route: 'timeline', started: 0, counted: 0, unexpected: 0, timedOut: lost, broken: 0, p50Ms: 0, p99Ms: 0, maxMs: 0, atMs: startMs + loadMs }]
    return planned === 0 ? [dose] : [...seconds, ...timedOut, dose]
  })
}

function beatHappenings(hung: number): readonly Timed[] {
  const beats: Timed[] = []
  for (let atMs = 2_200; atMs < 58_400; atMs += 200) {
    const cycle = cycleStarts.findLastIndex((startMs) => startMs <= atMs)
    const underLoad = cycle >= 0 && atMs < (cycleStarts[cycle] ?? 0) + loadMs && (cycleDoses[cycle] ?? 0) > 0
    const wave = underLoad ? 5 + (Math.floor(atMs / 200) % 4) : 0
    const left = Array.from({ length: cycle }, (_, before) => hungIn(before, hung)).reduce((sum, lost) => sum + lost, 0)
    const planted = atMs > 53_600 && atMs < 56_000 ? 1 : 0
    beats.push({
      kind: 'beat',
      counters: {
        'pg.backends': 2 + wave + left + 3 * planted,
        'pg.idle-in-transaction': Math.floor(wave / 3) + left + 3 * planted,
        'pg.oldest-transaction-ms': left > 0 ? atMs - 24_000 : wave * 90,
        'pg.prepared-transactions': 0,
        'app.processes': 1 + wave + left + planted,
        'app.zombies': planted,
        'app.fds': 22 + 18 * (wave + left) + 5 * planted,
        'app.rss-bytes': 52_000_000 + 44_000_000 * (wave + left),
        'app.cpu-ms': atMs * 0.4,
        'log.opened': Math.round(atMs / 150),
      },
      ...(atMs > 26_800 && atMs < 27_700 ? { missed: ['postgres'] } : {}),
      atMs,
    })
  }
  return beats
}

function suspectHappenings(hung: number): readonly Timed[] {
  return Array.from({ length: hung }, (_, n) => syntheticHang(n)).flatMap(({ process, session, url, lastLogLine }, n): readonly Timed[] => {
    const members = [process?.id, session?.id].filter((id) => id !== undefined)
    const atMs = 24_500 + n * 1_900
    return [
      { kind: 'suspect', process: process?.id ?? '', session: session?.id ?? null, url, atMs },
      ...(n === 0 ? [{ kind: 'evidence', members, file: 'forensics/cluster-1.md', lastLogLine, atMs: atMs + 700 } as const] : []),
    ]
  })
}

/** Hung requests born in this cycle: two thirds in the largest dose, the rest two cycles later. */
function hungIn(cycle: number, hung: number): number {
  const first = Math.ceil((hung * 2) / 3)
  return cycle === 3 ? first : cycle === 5 ? hung - first : 0
}
