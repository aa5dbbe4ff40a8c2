import type { Timeline } from '../timeline/timeline.ts'
import { exhaustionOf } from './exhaustion.ts'
import type { Rate } from './rate.ts'
import { garwood, upperBound } from './statistics/intervals.ts'
import { sentIn } from './sent.ts'
import { usualDesign } from './statistics/sequential.ts'
import { sequentialOf } from './sure.ts'
import type { Findings, Hang } from './verdict.ts'
import { count, thousands } from './words.ts'

/** How many requests the whole run had. Those of the warm-up count as well, since what may be left at rest is never learned from it. */
export function doseOf({ doses }: Timeline, left: number): Findings['dose'] {
  const sum = (of: (dose: (typeof doses)[number]) => number): number => doses.reduce((total, dose) => total + of(dose), 0)
  return {
    planned: sum(({ planned }) => planned),
    counted: sum(({ counted }) => counted),
    distinctUrls: sum(({ newUrls }) => newUrls),
    leftBehind: left,
  }
}

/**
 * What the number of requests proves, one sentence for each bound: one per request of this mix, and one per distinct URL. Where a URL with its data leaks always or never, repeating it
 * is no further trial.
 */
export function boundsOf(timeline: Timeline, dose: Findings['dose'], hangs: readonly Hang[], rate: Rate | null): readonly string[] {
  if (timeline.altered.length > 0) return ['the record is not as it was written: no bound']
  const { leftBehind, counted, distinctUrls } = dose
  // A request that hung was sent, but is not among those that are counted.
  const sent = sentIn(timeline.doses)
  if (leftBehind > 0) {
    // Requests that came after everything was lost say nothing of how often something is lost.
    const exhaustion = exhaustionOf(timeline)
    const until = exhaustion?.sent ?? sent
    if (until === 0) return []
    // Nor does what they left: the rate does not count it.
    const events = exhaustion === null ? leftBehind : Math.min(leftBehind, rate?.events ?? leftBehind)
    const { lower, upper } = garwood(events)
    const urls = new Set(hangs.map(({ url }) => url).filter((url) => url !== null)).size
    // What comes with time, or came once, has no rate per request.
    if (rate?.kind === 'per hour' || rate?.kind === 'at start-up') return [rate.sentence]
    const inVain = exhaustion === null ? '' : `, until none was served any more${exhaustion.inVain > 0 ? ` (${thousands(exhaustion.inVain)} sent after that do not count)` : ''}`
    return [
      `${thousands(leftBehind)} left behind${events === leftBehind ? '' : `, ${thousands(events)} of them`} in ${count(until, 'request')}${inVain}: ${perThousand(events, until)} per 1,000 (95 %: ${perThousand(lower, until)} to ${perThousand(Math.min(upper, until), until)})`,
      ...(urls > 0 ? [`${count(urls, 'distinct URL')} among them`] : []),
    ]
  }
  if (counted === 0) return ['0 requests counted: no bound']
  return [
    `0 left behind in ${count(counted, 'request')}: fewer than ${roundedUp((1000 * upperBound(0)) / counted, 1000)} per 1,000 at 95 %`,
    ...(sequentialOf(timeline, 0).kind === 'accept' ? [`sequential test: clean; of applications that leave ${roundedUp(1000 * usualDesign.leaking, 1000)} per 1,000 it finds ${Math.round(100 * (1 - usualDesign.beta))} % before this`] : []),
    ...(distinctUrls > 0 ? [`${count(distinctUrls, 'distinct URL')}: fewer than ${roundedUp((100 * upperBound(0)) / distinctUrls, 100)} % at 95 %`] : []),
  ]
}

const perThousand = (events: number, requests: number): string => {
  const rate = (1000 * events) / requests
  return rate >= 100 ? thousands(rate) : rate.toPrecision(2)
}

/** Two digits, never rounded down: a bound must hold as printed. */
export function roundedUp(value: number, atMost: number): string {
  if (value >= atMost) return thousands(atMost)
  const unit = 10 ** (Math.floor(Math.log10(value)) - 1)
  // Subtle: 20 / 1 may come out as 20.000000000000004, which must not become 21.
  const rounded = Math.ceil(value / unit - 1e-9) * unit
  return unit >= 1 ? thousands(rounded) : rounded.toFixed(-Math.round(Math.log10(unit)))
}
