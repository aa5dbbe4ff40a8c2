import type { Entry, Happening, PhaseName } from '../../timeline/entry.ts'
import { syntheticHang } from './synthetic.ts'

// What a run of synthetic.ts would have recorded: made by code, measured nowhere, for the layout of reports alone.

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
