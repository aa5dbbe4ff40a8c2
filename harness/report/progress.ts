import { createLogUpdate } from 'log-update'
import { type Paint, paintFor } from './paint.ts'
import { duration, thousands } from '../verdict/words.ts'
import { clip, clock, printable } from './words.ts'

/** The live view of a run. Disposing clears the living block and leaves what was said. */
export type Progress = AsyncDisposable & {
  /** A phase begins; the one before it has ended. */
  readonly phase: (name: string, detail?: string) => void
  /** Newest counts; those left out keep their last value. */
  readonly counters: (counts: Partial<LiveCounts>) => void
  /** One line for the user that stays. */
  readonly say: (line: string) => void
  /** Something that may be left behind, shown at once and judged later. */
  readonly suspect: (line: string) => void
}

export type LiveCounts = {
  readonly requests: number
  readonly inFlight: number
  readonly backends: number
  readonly idleInTransaction: number
  readonly processes: number
  readonly zombies: number
}

export type ProgressOptions = {
  readonly stream: NodeJS.WriteStream
  readonly isTTY: boolean
  readonly budgetMs: number
  /** What the ETA is made of: phases as they are expected to come, with their expected lengths, or the budget where the run goes on until it is spent. */
  readonly plan?: readonly PlannedPhase[] | 'budget'
  /** Monotonic milliseconds. */
  readonly now?: () => number
}

export type PlannedPhase = { readonly phase: string; readonly expectedMs: number }

/** One living block on a terminal; without one, a line for each phase and one about every ten seconds. */
export function openProgress(options: ProgressOptions): Progress {
  const { stream, isTTY, now = () => performance.now() } = options
  const paint = paintFor(stream)
  const state: State = { startedAtMs: now(), budgetMs: options.budgetMs, plan: options.plan ?? [], planAt: -1, current: null, done: [], counts: {}, suspects: [] }
  const view = isTTY ? terminalView(stream, paint, () => state, now) : lineView(stream, () => state, now)
  return {
    phase: (name, detail) => {
      enter(state, name, detail ?? null, now())
      view.phaseBegan()
    },
    counters: (counts) => {
      state.counts = { ...state.counts, ...counts }
    },
    say: (line) => view.keep(printable(line)),
    suspect: (line) => {
      state.suspects.push(printable(line))
      view.suspected(printable(line))
    },
    [Symbol.asyncDispose]: async () => view.end(),
  }
}

type State = {
  readonly startedAtMs: number
  readonly budgetMs: number
  readonly plan: readonly PlannedPhase[] | 'budget'
  /** Index of the current phase in the plan; -1 before the first planned one. */
  planAt: number
  current: { readonly name: string; readonly detail: string | null; readonly sinceMs: number; readonly planned: boolean } | null
  readonly done: { readonly name: string; tookMs: number }[]
  counts: Partial<LiveCounts>
  readonly suspects: string[]
}

type View = { readonly phaseBegan: () => void; readonly keep: (line: string) => void; readonly suspected: (line: string) => void; readonly end: () => void }

function enter(state: State, name: string, detail: string | null, atMs: number): void {
  if (state.current !== null) {
    const tookMs = atMs - state.current.sinceMs
    const same = state.done.find((done) => done.name === state.current?.name)
    if (same === undefined) state.done.push({ name: state.current.name, tookMs })
    else same.tookMs += tookMs
  }
  const next = state.plan === 'budget' ? -1 : state.plan.findIndex(({ phase }, i) => i > state.planAt && phase === name)
  if (next !== -1) state.planAt = next
  state.current = { name, detail, sinceMs: atMs, planned: next !== -1 }
}

/** Milliseconds still to go by the plan, and whether the current phase has outrun it; null without a plan for what comes. */
export function remaining(state: Pick<State, 'plan' | 'planAt' | 'current' | 'startedAtMs' | 'budgetMs'>, atMs: number): { readonly ms: number; readonly late: boolean } | null {
  if (state.plan === 'budget') return { ms: Math.max(0, state.startedAtMs + state.budgetMs - atMs), late: false }
  if (state.plan.length === 0) return null
  const later = state.plan.slice(state.planAt + 1).reduce((sum, { expectedMs }) => sum + expectedMs, 0)
  if (state.current === null || !state.current.planned) return { ms: later, late: false }
  const left = (state.plan[state.planAt]?.expectedMs ?? 0) - (atMs - state.current.sinceMs)
  // A phase that outruns its plan by a breath is not worth a word.
  return { ms: later + Math.max(0, left), late: left < -1_000 }
}

function terminalView(stream: NodeJS.WriteStream, paint: Paint, state: () => State, now: () => number): View {
  // The cursor stays visible: hiding it needs exit handlers, and a killed run would leave the user's terminal without one.
  const block = createLogUpdate(stream, { showCursor: true })
  const draw = () => block(blockOf(state(), now(), stream.columns ?? 80, paint))
  const timer = setInterval(draw, 250).unref()
  return {
    phaseBegan: draw,
    keep: (line) => {
      block.persist(line)
      draw()
    },
    suspected: draw,
    end: () => {
      clearInterval(timer)
      block.clear()
      block.done()
    },
  }
}

const suspectsShown = 3

function blockOf(state: State, atMs: number, columns: number, paint: Paint): string {
  // One column less: a full line makes some terminals wrap, and the block would crawl down the screen.
  const fit = (line: string, tone = (text: string) => text) => tone(clip(line, columns - 1))
  const { suspects } = state
  const hidden = suspects.length - suspectsShown
  return [
    fit(phaseLine(state, atMs), paint.strong),
    ...(state.done.length > 0 ? [fit(`  ${doneLine(state, columns)}`, paint.faint)] : []),
    ...countLines(state.counts, columns).map((line) => fit(`  ${line}`)),
    ...suspects.slice(-suspectsShown).map((line) => fit(`  suspect  ${line}`, paint.unknown)),
    ...(hidden > 0 ? [fit(`  ... and ${hidden} more`)] : []),
  ].join('\n')
}

function phaseLine(state: State, atMs: number): string {
  const { current } = state
  const name = current === null ? 'starting' : [current.name, current.detail].filter((part) => part !== null).join('  ')
  const seconds = current === null ? 0 : Math.floor((atMs - current.sinceMs) / 1_000)
  const inPhase = seconds < 60 ? `  ${seconds} s` : `  ${duration(seconds * 1_000)}`
  return `${printable(name)}${inPhase}   elapsed ${clock(atMs - state.startedAtMs)}, ${etaWords(state, atMs)}`
}

function etaWords(state: State, atMs: number): string {
  const left = remaining(state, atMs)
  if (left === null) return `at most ${clock(state.budgetMs)} in all`
  return `ETA ${clock(left.ms)}${left.late ? ' or more' : ''}`
}

/** The same with its reason, where the phase does not stand on the same line. */
function etaInFull(state: State, atMs: number): string {
  const isLate = remaining(state, atMs)?.late === true
  return `${etaWords(state, atMs)}${isLate ? `: ${state.current?.name ?? 'this phase'} takes longer than planned` : ''}`
}

/** The latest phases where not all of them fit. */
function doneLine({ done }: State, columns: number): string {
  const parts = done.map(({ name, tookMs }) => `${name} ${duration(tookMs)}`)
  while (parts.length > 1 && parts.join(' · ').length > columns - 4) parts.shift()
  return parts.join(' · ')
}

const countNames = {
  requests: 'requests',
  inFlight: 'in flight',
  backends: 'backends',
  idleInTransaction: 'idle in transaction',
  processes: 'processes',
  zombies: 'zombies',
} as const satisfies Record<keyof LiveCounts, string>

function countsOf(counts: Partial<LiveCounts>): readonly string[] {
  return Object.entries(countNames).flatMap(([key, name]) => {
    const value = counts[key as keyof LiveCounts]
    return value === undefined ? [] : [`${name} ${thousands(value)}`]
  })
}

/** On a narrow terminal the counts take two lines, rather than lose one. */
function countLines(counts: Partial<LiveCounts>, columns: number): readonly string[] {
  const parts = countsOf(counts)
  if (parts.length === 0) return []
  const oneLine = parts.join('   ')
  return oneLine.length <= columns - 3 ? [oneLine] : [parts.slice(0, 3).join('   '), parts.slice(3).join('   ')]
}

const lineEveryMs = 10_000

function lineView(stream: NodeJS.WriteStream, state: () => State, now: () => number): View {
  let lastLineMs = now()
  const write = (line: string) => {
    lastLineMs = now()
    stream.write(`[${clock(now() - state().startedAtMs).padStart(5)}] ${line}\n`)
  }
  const timer = setInterval(() => {
    if (now() - lastLineMs >= lineEveryMs) write(`  ${[...countsOf(state().counts), etaInFull(state(), now())].join(', ')}`)
  }, 1_000).unref()
  return {
    phaseBegan: () => {
      const { current } = state()
      const detail = current?.detail ?? null
      write(`${(current?.name ?? '').padEnd(9)}${detail === null ? '' : `  ${printable(detail)}`}  (${etaWords(state(), now())})`)
    },
    keep: write,
    suspected: (line) => write(`suspect    ${line}`),
    end: () => clearInterval(timer),
  }
}
