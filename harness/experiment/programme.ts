import type { Early } from '../timeline/entry.ts'
import type { Limits } from '../timeline/facts.ts'
import { shuffledDoses } from '../scenario/profiles.ts'
import type { Plan } from '../scenario/scenario.ts'
import type { FollowedThresholds } from '../thresholds/follow.ts'
import type { SoFar } from '../verdict/so-far.ts'
import type { Cycles } from './cycle.ts'
import { baselineCycles, baselineDose, closingMs, doseWithinBudget, equalMs, equalWithin, peakConcurrency } from './dose.ts'

export type Programme = {
  readonly plan: Plan
  readonly limits: Limits
  /** `places`: how many the application's pool has, once that has been counted. */
  readonly cycle: (...which: Parameters<Cycles['cycle']>) => Promise<Awaited<ReturnType<Cycles['cycle']>> & { readonly places: number | null }>
  readonly soFar: SoFar
  readonly thresholds: Pick<FollowedThresholds, 'endedLoad' | 'areDecided'>
  /** Aborted once the run may load no longer. */
  readonly timeIsOver: AbortSignal
  /** Why the application is there no more; null while it is. */
  readonly crashed: () => string | null
  readonly requestTimeoutMs: number
  /** Requests a second that the load's own moments allow; Infinity for a closed model. */
  readonly pacePerSecond: number
  /** How long the users of a measured load take to come; 0 where they are there at once. */
  readonly rampMs: number
  /** What it takes to ask for the places of the application's pool, after each cycle; 0 where none is asked for. */
  readonly askingMs: number
  /** Milliseconds since the run began. */
  readonly elapsedMs: () => number
  readonly phase: (name: 'warm-up' | 'baseline' | 'cycle', detail: string) => void
  /** Called when the doses are known, and how many requests at most they send at once; before the first of them, and again where the baseline corrects them. */
  readonly dosed: (doses: readonly number[], concurrency: number) => void
  /** Called between the baseline and the first measured cycle. */
  readonly beforeMeasuring: () => Promise<void>
}

const warmUps = 2

/** What is left of a night for its last cycle may be a little shorter than the others were. */
const nearlyEqual = 0.9

/** So many broken loads in a row end a run: the next would break as well. A night waits longer: a machine may be out of memory for a moment, an application may be started again. */
const mostBroken = { hurried: 2, patient: 5 }

/**
 * The load of a run, in three parts. Warm-up at its peak concurrency: pools fill up, code gets compiled. Baseline: what is normal at rest. Measured cycles with their
 * doses: once, or again and again until no further cycle fits, where the plan stops at exhaustion only. Ends early once nothing more can be learned, and says why.
 */
export async function runProgramme({ plan, limits, cycle, soFar, thresholds, timeIsOver, crashed, requestTimeoutMs, pacePerSecond, rampMs, askingMs, elapsedMs, phase, dosed, beforeMeasuring }: Programme): Promise<Early | null> {
  /** All the time that there is will be used: nothing that is known by now ends it. */
  const patient = plan.stopsAt === 'exhaustion'
  const decided = () => !patient && soFar.leakIsConfirmed()
  let brokenInARow = 0
  /** The longest settle so far: what a cycle takes beside its load, and beside the wait for the others' length. */
  let settleMs = 0
  /** Why more load would show nothing more; null while it would. */
  const nothingToLearn = (): Early | null => {
    if (crashed() !== null) return 'application ended'
    if (!patient && soFar.isBlind()) return 'probe blind'
    if (thresholds.endedLoad.aborted) return 'threshold crossed'
    if (timeIsOver.aborted) return 'time over'
    return brokenInARow >= (patient ? mostBroken.patient : mostBroken.hurried) ? 'load broken' : null
  }
  const load: Programme['cycle'] = async (...which) => {
    const beganMs = elapsedMs()
    const done = await cycle(...which)
    settleMs = Math.max(settleMs, elapsedMs() - beganMs - Math.max(done.tookMs, which[2]?.lastsMs ?? 0))
    // A dose of 0 sends nothing, and proves nothing.
    if (done.dose.planned > 0) brokenInARow = done.dose.generator.kind === 'broken' ? brokenInARow + 1 : 0
    return done
  }

  let seen = nothingSeen
  let [peak, opened] = [peakConcurrency(plan, limits, 0), 0]
  for (let round = 1; round <= warmUps && !decided() && nothingToLearn() === null; round += 1) {
    phase('warm-up', `${round} of ${warmUps}, ${peak} at once`)
    const warmed = await load('warm-up', peak * 2, { concurrency: peak })
    seen = withCycle(seen, warmed)
    const rested = warmed.settled.last.counters['pg.backends'] ?? 0
    // What the load alone has opened. To count the places may have opened more.
    if (round === 1) opened = rested
    peak = peakConcurrency(plan, limits, Math.max(opened, Math.min(Math.max(rested, warmed.places ?? 0), answeredInTime(seen, requestTimeoutMs))))
  }

  const sizesBy = ({ cycles, answered, loadMs, tookMs }: Seen, baselines: number) => {
    const perSecond = Math.min(pacePerSecond, (1_000 * answered) / Math.max(1, loadMs))
    const comingMs = (tookMs - loadMs) / Math.max(1, cycles)
    const unit = doseWithinBudget(plan, elapsedMs(), perSecond, { besideMs: askingMs + comingMs, rampMs, baselines })
    const doses = shuffledDoses(unit, plan.seed)
    const largest = Math.max(...doses)
    // What waits for a place in a pool, and never gets it, shows only where more ask at once than there are places.
    const largestAtOnce = Math.max(plan.concurrency, Math.min(largest, peak))
    return { unit, doses, largest, largestAtOnce, equallyMs: equalMs(unit, perSecond) + comingMs + rampMs }
  }
  const first = sizesBy(seen, baselineCycles)
  dosed(first.doses, first.largestAtOnce)
  // Each baseline cycle has its own mix of routes, which tells the routes apart. All measured cycles have the same mix: there a leak must grow with the dose, whichever route leaks.
  const inBaseline = baselineDose(first.unit, plan.concurrency)
  seen = nothingSeen
  for (let round = 1; round <= baselineCycles && !decided() && nothingToLearn() === null; round += 1) {
    phase('baseline', `${round} of ${baselineCycles}`)
    const learnt = await load('baseline', inBaseline, { concurrency: plan.concurrency, stretch: { doses: Array<number>(baselineCycles).fill(inBaseline), nth: round - 1 } })
    seen = withCycle(seen, learnt)
  }
  // The few requests of a warm-up say little of how many the application can answer. A night of doses a tenth as large as they could be would be a waste; doses that are larger than the time allows
  // would end any run before its plan.
  const learnt = seen.answered > 0 ? sizesBy(seen, 0) : first
  const isCorrected = learnt !== first && (patient || learnt.unit < first.unit)
  const { doses, largest, largestAtOnce, equallyMs } = isCorrected ? learnt : first
  if (isCorrected) dosed(doses, largestAtOnce)
  await beforeMeasuring()

  let delivered = 0
  let ran = 0
  /** By dose, the longest load so far: a machine may get slower in the course of a night. */
  const longestMs = new Map<number, number>()
  const leftMs = () => plan.budgetMs - elapsedMs() - closingMs
  const lengthMs = (cycles: number) => (patient ? equalWithin(leftMs(), { cycles, loadMs: equallyMs, settleMs }) : 0)
  const firstLastsMs = lengthMs(doses.length)
  const fitsAnother = (dose: number, lastsMs: number) => lastsMs >= firstLastsMs * nearlyEqual && Math.max(lastsMs, longestMs.get(dose) ?? 0) + settleMs <= leftMs()
  do {
    for (const dose of doses) {
      // A leak that the warm-up has shown gets one measured cycle, so that it can be told with a rate. A repro ends at once: how to see it again is all that it is for.
      const reason = nothingToLearn()
      if (reason !== null) return reason
      if (decided() && (delivered > 0 || plan.stopsAt === 'first-confirmed-leak')) return 'leak confirmed'
      if (plan.stopsAt === 'sure' && soFar.isSure() && thresholds.areDecided()) return 'sure'
      // Anew for each: a load whose requests came late by chance would otherwise take the time of the last cycle away.
      const lastsMs = lengthMs(Math.max(1, doses.length - ran))
      if (ran >= doses.length && !fitsAnother(dose, lastsMs)) return null
      const concurrency = dose === largest ? largestAtOnce : plan.concurrency
      phase('cycle', `${dose} requests, ${concurrency} at once`)
      const { tookMs } = await load('measured', dose, { concurrency, lastsMs })
      delivered += dose
      ran += 1
      longestMs.set(dose, Math.max(longestMs.get(dose) ?? 0, tookMs))
    }
  } while (patient)
  return thresholds.endedLoad.aborted ? 'threshold crossed' : null
}

/** How fast the application has answered so far. By the time of the loads alone: the start and the end of generators in a cluster take longer than a small load. */
type Seen = { readonly cycles: number; readonly answered: number; readonly loadMs: number; readonly tookMs: number }

/** How many requests at once are all answered well within their time-out, since at `n` at once each takes as long as `n` of them one by one. */
const answeredInTime = ({ answered, loadMs }: Seen, requestTimeoutMs: number): number => Math.floor((answered / Math.max(1, loadMs)) * requestTimeoutMs * safely)

const safely = 1 / 3

const nothingSeen: Seen = { cycles: 0, answered: 0, loadMs: 0, tookMs: 0 }

const withCycle = (seen: Seen, { dose, tookMs }: Awaited<ReturnType<Programme['cycle']>>): Seen => ({
  cycles: seen.cycles + 1,
  answered: seen.answered + dose.counted,
  loadMs: seen.loadMs + (dose.loadMs ?? tookMs),
  tookMs: seen.tookMs + tookMs,
})
