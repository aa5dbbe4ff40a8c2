import type { Dose, Entry } from '../../timeline/entry.ts'
import type { Mark, Series, Span } from '../series.ts'
import { duration } from '../../verdict/words.ts'
import { printable } from '../words.ts'

const limits = { spans: 1_000, marks: 300, unseen: 300, doses: 200 }

/** Folds phases, gaps in sight and single events into lists of bounded length. */
export function eventFold() {
  const spans: Span[] = []
  const marks = bounded<Mark>(limits.marks, 'marks')
  const unseen = bounded<{ probe: string; startMs: number; endMs: number }>(limits.unseen, 'gaps in sight')
  const doses = bounded<Dose>(limits.doses, 'doses')
  const openSpans = new Map<string, Omit<Span, 'endMs'>>()
  const openGaps = new Map<string, { probe: string; startMs: number; endMs: number }>()
  let thinned = 0

  const mark = (kind: Mark['kind'], atMs: number, label: string) => marks.add({ kind, atMs, label: printable(label, 200) })
  const addPhase = (entry: Extract<Entry, { kind: 'phase' }>) => {
    const key = `${entry.phase} ${entry.cycle ?? ''}`
    if (entry.edge === 'start') openSpans.set(key, { phase: entry.phase, cycle: entry.cycle ?? null, startMs: entry.atMs })
    const open = openSpans.get(key)
    if (entry.edge === 'start' || open === undefined) return
    openSpans.delete(key)
    spans.push({ ...open, endMs: entry.atMs })
    if (spans.length > 2 * limits.spans) thin(entry.atMs)
  }
  /** Too narrow to be seen on any screen. */
  const thin = (endMs: number) => {
    const kept = spans.filter(({ startMs, endMs: until }) => until - startMs > endMs / limits.spans)
    thinned += spans.length - kept.length
    spans.splice(0, spans.length, ...kept)
  }
  const addBeat = (atMs: number, missed: readonly string[]) => {
    for (const [probe, gap] of openGaps) {
      gap.endMs = atMs
      if (!missed.includes(probe)) {
        openGaps.delete(probe)
        unseen.add(gap)
      }
    }
    for (const probe of missed) if (!openGaps.has(probe)) openGaps.set(probe, { probe, startMs: atMs, endMs: atMs })
  }
  return {
    add: (entry: Entry) => {
      switch (entry.kind) {
        case 'phase':
          return addPhase(entry)
        case 'beat':
          return addBeat(entry.atMs, entry.missed ?? [])
        case 'dose':
          return doses.add(entry)
        case 'blind':
          return mark('blind', entry.atMs, `${entry.probe} blind: ${entry.reason}`)
        case 'suspect':
          return mark('suspect', entry.atMs, `suspect ${[entry.process, entry.session, entry.url].filter((part) => part !== null).join('  ')}`)
        case 'evidence':
          return mark('evidence', entry.atMs, `evidence of ${entry.members.length} stored: ${entry.file}`)
        case 'control':
          return mark('control', entry.atMs, `control leak ${entry.edge}`)
        case 'capacity':
          return mark('capacity', entry.atMs, `${entry.parallel} of ${entry.asked} places of the pool could be had at once${entry.when === 'places-held' ? `, while the harness held ${entry.held}` : ''}`)
        case 'server-log':
          return mark('server-log', entry.atMs, `${entry.severity} ${entry.sqlstate} ${entry.message}`)
        case 'pool-cleanup':
          return mark('pool-cleanup', entry.atMs, entry.line)
        case 'end':
          return mark('end', entry.atMs, `${entry.how}: ${entry.detail}`)
        case 'look':
        case 'load':
        case 'unanswered':
        case 'request':
        case 'requests':
        case 'rude':
        case 'canary':
          return
        default:
          return entry satisfies never
      }
    },
    finish: (endMs: number): Pick<Series, 'spans' | 'unseen' | 'marks' | 'doses' | 'leftOut'> => {
      // What was still open when the record ended, or was cut off.
      for (const open of openSpans.values()) spans.push({ ...open, endMs })
      for (const gap of openGaps.values()) unseen.add({ ...gap, endMs })
      if (spans.length > limits.spans) thin(endMs)
      const thinnedWords = thinned > 0 ? [`${thinned} phases shorter than ${duration(endMs / limits.spans)}`] : []
      return {
        spans: spans.toSorted((a, b) => a.startMs - b.startMs),
        unseen: unseen.kept,
        marks: marks.kept,
        doses: doses.kept,
        leftOut: [...thinnedWords, ...marks.leftOut(), ...unseen.leftOut(), ...doses.leftOut()],
      }
    },
  }
}

function bounded<T>(limit: number, what: string) {
  const kept: T[] = []
  let dropped = 0
  return {
    kept,
    add: (item: T): void => {
      if (kept.length < limit) kept.push(item)
      else dropped += 1
    },
    leftOut: () => (dropped > 0 ? [`${dropped} ${what} after the first ${limit}`] : []),
  }
}
