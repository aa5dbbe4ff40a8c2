import { brokenLoads } from '../verdict/broken-loads.ts'
import { type Delivery, deliveryOf, deliveryWords, lostWords, percent } from '../verdict/delivery.ts'
import { failureWords, neverAnswered } from '../verdict/failures.ts'
import { refusedSessions, refusedWords } from '../verdict/refused.ts'
import { neverDone, rudeWords } from '../verdict/rude-words.ts'
import { hadFullDisk, remedyOfTrouble, troubleWords } from '../verdict/server-trouble.ts'
import { isEnough } from '../verdict/sure.ts'
import type { Timeline } from '../timeline/timeline.ts'
import type { Inconclusive, Invariant, Opinion } from '../verdict/verdict.ts'
import { count, cycles, list, thousands } from '../verdict/words.ts'

/** If a smaller share of the plan was delivered, the bound that the run prints would be worth less than it says. */
const enough = 0.95

/** Only answers with the expected status and content count: an application that fails fast has not been tested. */
export default {
  name: 'the dose was delivered',
  check: (timeline) => {
    const delivery = deliveryOf(timeline)
    for (const doubt of doubts) {
      const opinion = doubt(delivery)
      if (opinion !== null) return opinion
    }
    return { kind: 'pass', sentence: deliveryWords(delivery) }
  },
} satisfies Invariant

/** What may be wrong with a delivery; null where it is not. */
type Doubt = (delivery: Delivery) => Opinion | null

// The first that holds is told: what ended the load before what it lacks for it, and what is missing as a whole before what is missing of a part.

const cutShort: Doubt = ({ timeline, doses, missing }) =>
  missing > 0 && timeline.endedEarly !== 'load broken' && (doses.length === 0 || timeline.end === 'interrupted')
    ? inconclusive(`the run ended before its measured cycles were through: ${doses.length} of ${timeline.facts.doses.length}`, toItsEnd)
    : null

const endedByThreshold: Doubt = ({ timeline, doses, counted }) =>
  timeline.endedEarly === 'threshold crossed'
    ? inconclusive(`a crossed threshold ended the load in measured cycle ${doses.length} of ${timeline.facts.doses.length}, after ${thousands(counted)} counted requests`, `${toItsEnd}, without that threshold's abortOnFail`)
    : null

const endedByTime: Doubt = ({ timeline, doses, counted }) =>
  timeline.endedEarly === 'time over'
    ? inconclusive(`the run's time was over in measured cycle ${doses.length} of ${timeline.facts.doses.length}, after ${thousands(counted)} counted requests: the application answers far slower than in its warm-up, or no more${because(timeline)}`, 'see why in its log; else a longer --budget')
    : null

const loadBroke: Doubt = ({ timeline, doses }) => {
  const ended = timeline.endedEarly === 'load broken'
  const broken = brokenLoads(ended ? timeline.doses : doses)
  return broken && inconclusive(`the load generator broke in ${cycles(broken.cycles)}${ended ? ', and the run ended there' : ''}: ${broken.cause}${because(timeline)}`, 'correct what it names, for which logs/k6.log has more, and run again')
}

const nothingCounted: Doubt = ({ timeline, counted }) =>
  counted === 0 ? inconclusive(`no request of a measured cycle was answered as expected: nothing was tested${failureWords(timeline.failures)}${because(timeline)}`, remedyOf(timeline)) : null

const cyclesLeftOut: Doubt = ({ timeline, missing }) =>
  missing > 0 && !(timeline.endedEarly === 'sure' && isEnough(timeline)) ? inconclusive(`${count(missing, 'cycle')} of ${timeline.facts.doses.length} planned never ran`, toItsEnd) : null

const mannerNeverDone: Doubt = ({ timeline }) => {
  const lame = neverDone(timeline.rude)
  return lame.length > 0
    ? inconclusive(`no rude client did its ${list(lame.map(({ manner }) => manner))}: ${rudeWords(lame)}`, 'leave that manner out of load.rude, or let load.rude.routes name routes that it can be done to')
    : null
}

const tooLittle: Doubt = (delivery) => {
  const { timeline, share } = delivery
  return share < enough ? inconclusive(`${deliveryWords(delivery)}, fewer than ${percent(enough)}${lostWords(delivery)}${failureWords(timeline.failures)}${because(timeline)}`, remedyOf(timeline)) : null
}

const routeNeverAnswered: Doubt = (delivery) => {
  const { failures, routes } = delivery.timeline
  const untested = neverAnswered(routes)
  if (untested.length === 0) return null
  const [names, n] = [list(untested.map(({ route }) => route)), untested.reduce((sum, { started }) => sum + started, 0)]
  const ofThese = failures.filter(({ route }) => untested.some((one) => one.route === route))
  return inconclusive(`${deliveryWords(delivery)}, but no request to ${names}, of ${thousands(n)}: what ${untested.length === 1 ? 'it leaves' : 'they leave'} is not known${failureWords(ofThese)}`, 'correct what these routes ask for or expect, or leave them out, and run again')
}

/** Requests that broke before the measured cycles do not belong to the dose, but a faulty journey may have broken them. */
const brokeBefore: Doubt = (delivery) => {
  const before = brokenLoads(delivery.timeline.doses.filter(({ role }) => role !== 'measured'))
  return before && { kind: 'warning', sentence: `${deliveryWords(delivery)}; before them the load generator broke in ${cycles(before.cycles)}: ${before.cause}`, survivors: [] }
}

const diskWasFull: Doubt = (delivery) =>
  hadFullDisk(delivery.timeline) ? { kind: 'warning', sentence: `${deliveryWords(delivery)}${troubleWords(delivery.timeline)}`, survivors: [] } : null

const doubts: readonly Doubt[] = [cutShort, endedByThreshold, endedByTime, loadBroke, nothingCounted, cyclesLeftOut, mannerNeverDone, tooLittle, routeNeverAnswered, brokeBefore, diskWasFull]

const inconclusive = (sentence: string, settledBy: string): Inconclusive => ({ kind: 'inconclusive', sentence, settledBy })

/** What the server's log tells of why requests may have failed. */
const because = (timeline: Timeline): string => `${refusedWords(timeline)}${troubleWords(timeline)}`

function remedyOf(timeline: Timeline): string {
  const usual = refusedSessions(timeline).length > 0 ? 'raise target.maxConnections, or let the application open fewer' : 'see what the application and logs/k6.log said, correct what the routes expect or lower the dose, and run again'
  return remedyOfTrouble(timeline, usual)
}

/**
 * Cycles are left out because of a confirmed leak, a blind probe, Ctrl-C or a sequential test that is sure; for lack of time only where the application has stopped answering, since the
 * dose is fitted to the budget beforehand.
 */
const toItsEnd = 'a run that goes to its end'
