import type { Dose } from '../timeline/entry.ts'
import { faultsOf, faultWord } from '../timeline/faults.ts'
import { brokenLoads } from '../verdict/broken-loads.ts'
import { measuredDoses } from '../verdict/measured-doses.ts'
import { refusedSessions, tooManyConnections } from '../verdict/refused.ts'
import { neverDone, rudeWords } from '../verdict/rude-words.ts'
import type { Timeline } from '../timeline/timeline.ts'
import type { Invariant } from '../verdict/verdict.ts'
import { isEnough } from '../verdict/sure.ts'
import { count, cycles, list, thousands } from '../verdict/words.ts'

/** If a smaller share of the plan was delivered, the bound that the run prints would be worth less than it says. */
const enough = 0.95

/** Only answers with the expected status and content count: an application that fails fast has not been tested. */
export default {
  name: 'the dose was delivered',
  check: (timeline) => {
    const doses = measuredDoses(timeline)
    const planned = doses.reduce((sum, dose) => sum + dose.planned, 0)
    const counted = doses.reduce((sum, dose) => sum + dose.counted, 0)
    const endedBroken = timeline.endedEarly === 'load broken'
    const broken = brokenLoads(endedBroken ? timeline.doses : doses)
    const missing = timeline.facts.doses.length - doses.length
    const refused = refusedSessions(timeline).length
    const settledBy = refused > 0 ? 'raise target.maxConnections, or let the application open fewer' : 'see what the application and logs/k6.log said, correct what the routes expect or lower the dose, and run again'

    if (missing > 0 && !endedBroken && (doses.length === 0 || timeline.end === 'interrupted')) return { kind: 'inconclusive', sentence: `the run ended before its measured cycles were through: ${doses.length} of ${timeline.facts.doses.length}`, settledBy: toItsEnd }
    if (timeline.endedEarly === 'threshold crossed') return { kind: 'inconclusive', sentence: `a crossed threshold ended the load in measured cycle ${doses.length} of ${timeline.facts.doses.length}, after ${thousands(counted)} counted requests`, settledBy: `${toItsEnd}, without that threshold's abortOnFail` }
    if (timeline.endedEarly === 'time over') return { kind: 'inconclusive', sentence: `the run's time was over in measured cycle ${doses.length} of ${timeline.facts.doses.length}, after ${thousands(counted)} counted requests: the application answers far slower than in its warm-up, or no more${because(refused)}`, settledBy: 'see why in its log; else a longer --budget' }
    if (broken !== null) return { kind: 'inconclusive', sentence: `the load generator broke in ${cycles(broken.cycles)}${endedBroken ? ', and the run ended there' : ''}: ${broken.cause}${because(refused)}`, settledBy: 'correct what it names, for which logs/k6.log has more, and run again' }
    if (counted === 0) return { kind: 'inconclusive', sentence: `no request of a measured cycle was answered as expected: nothing was tested${instances(timeline)}${because(refused)}`, settledBy }
    if (missing > 0 && !(timeline.endedEarly === 'sure' && isEnough(timeline))) return { kind: 'inconclusive', sentence: `${count(missing, 'cycle')} of ${timeline.facts.doses.length} planned never ran`, settledBy: toItsEnd }
    const share = counted / planned
    const early = missing > 0 ? `; ${count(missing, 'cycle')} of ${timeline.facts.doses.length} left out, as the sequential test was sure` : ''
    const rude = rudeWords(timeline.rude)
    const sentence = `${thousands(counted)} of ${thousands(planned)} planned requests were answered as expected (${percent(share)})${punctuality(doses)}${early}${rude === null ? '' : `; rude clients: ${rude}`}`
    const lame = neverDone(timeline.rude)
    if (lame.length > 0) return { kind: 'inconclusive', sentence: `no rude client did its ${list(lame.map(({ manner }) => manner))}: ${rudeWords(lame)}`, settledBy: 'leave that manner out of load.rude, or let load.rude.routes name routes that it can be done to' }
    const untested = share < enough ? [] : neverAnswered(timeline)
    if (untested.length > 0) {
      const [names, n] = [list(untested.map(({ route }) => route)), untested.reduce((sum, { started }) => sum + started, 0)]
      return { kind: 'inconclusive', sentence: `${sentence}, but no request to ${names}, of ${thousands(n)}: what ${untested.length === 1 ? 'it leaves' : 'they leave'} is not known${instances({ failures: timeline.failures.filter(({ route }) => untested.some((one) => one.route === route)) })}`, settledBy: 'correct what these routes ask for or expect, or leave them out, and run again' }
    }
    // Requests that broke before the measured cycles do not belong to the dose, but a faulty journey may have broken them.
    const before = brokenLoads(timeline.doses.filter(({ role }) => role !== 'measured'))
    if (share >= enough && before !== null) return { kind: 'warning', sentence: `${sentence}; before them the load generator broke in ${cycles(before.cycles)}: ${before.cause}`, survivors: [] }
    if (share >= enough) return { kind: 'pass', sentence }
    const lost = (['timedOut', 'unexpected', 'broken', 'dropped'] as const).flatMap((how) => {
      const n = doses.reduce((sum, dose) => sum + dose[how], 0)
      if (how === 'broken') return faultsOf(brokenIn(doses)).map(({ word, times }) => `${thousands(times)} ${word}`)
      return n > 0 ? [`${thousands(n)} ${wordFor[how]}`] : []
    })
    return { kind: 'inconclusive', sentence: `${sentence}, fewer than ${percent(enough)}${lost.length > 0 ? `: ${list(lost)}` : ''}${instances(timeline)}${because(refused)}`, settledBy }
  },
} satisfies Invariant

/**
 * Cycles are left out because of a confirmed leak, a blind probe, Ctrl-C or a sequential test that is sure; for lack of time only where the application has stopped answering, since the
 * dose is fitted to the budget beforehand.
 */
const toItsEnd = 'a run that goes to its end'

/** How punctually requests of an open model were sent. Of the cycles' 99th percentiles the worst is told, since percentiles cannot be added up. */
const punctuality = (doses: readonly Dose[]): string => {
  const late = doses.flatMap(({ lateness }) => lateness ?? [])
  if (late.length === 0) return ''
  const [p99Ms, maxMs] = [Math.max(...late.map((one) => one.p99Ms)), Math.max(...late.map((one) => one.maxMs))]
  return `, 99 % of them sent within ${thousands(Math.ceil(p99Ms))} ms of their moments, from which latencies are counted, the latest after ${thousands(Math.ceil(maxMs))} ms`
}

/** From which share of the load and how many requests on a route counts as untested if all of them failed. Fewer may fail by chance, and a replay has some that always do. */
const enoughOfRoute = { share: 0.01, requests: 3 }

/** Routes of which no request was answered as expected, although most of the dose was. */
function neverAnswered({ routes }: Timeline): readonly { readonly route: string; readonly started: number }[] {
  const all = routes.reduce((sum, { started }) => sum + started, 0)
  return [...Map.groupBy(routes, ({ route }) => route)].flatMap(([route, loads]) => {
    const started = loads.reduce((sum, load) => sum + load.started, 0)
    return started >= enoughOfRoute.requests && started >= enoughOfRoute.share * all && loads.every(({ counted }) => counted === 0) ? [{ route, started }] : []
  })
}

/** The first of each kind of failure, by route: what a reader would look for in the logs. */
const instances = ({ failures }: Pick<Timeline, 'failures'>): string => {
  const kinds = [...Map.groupBy(failures, ({ route, status, errorCode }) => `${route} ${status === 0 ? `${faultWord(errorCode)}, error ${errorCode} of k6` : `status ${status}`}`)]
  return kinds.length === 0 ? '' : `; for example ${list(kinds.slice(0, 3).map(([kind, [first]]) => `${kind} (${first!.path})`))}`
}

/** How many requests broke in all of these doses, by fault. */
const brokenIn = (doses: readonly Dose[]): Pick<Dose, 'broken' | 'faults'> => {
  const faults: Record<string, number> = {}
  for (const [code, times] of doses.flatMap((dose) => Object.entries(dose.faults ?? {}))) faults[code] = (faults[code] ?? 0) + times
  return { broken: doses.reduce((sum, dose) => sum + dose.broken, 0), ...(Object.keys(faults).length > 0 && { faults }) }
}

const because = (refused: number): string => (refused > 0 ? `; PostgreSQL refused ${count(refused, 'session')}, as all of its connections were taken (${tooManyConnections})` : '')

const wordFor = { timedOut: 'timed out', unexpected: 'answered otherwise', dropped: 'never started' }

/** Never rounded up: 94.96 % is not 95 %. */
const percent = (share: number): string => `${Math.floor(share * 1000) / 10} %`
