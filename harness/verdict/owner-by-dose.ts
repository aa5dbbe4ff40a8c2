import { logGamma } from './distributions.ts'

/** What one route was sent, and what was left, cycle by cycle. */
export type Spread = { readonly left: readonly number[]; readonly sent: readonly number[] }

/**
 * How what a route leaves may spread over the cycles. Which of these holds is not known beforehand: each has its weight. `each`: its every request leaves the same number
 * behind, as a path that never gives back what it took. `some`: of its requests so many leave one, any of them as likely as another.
 * `bursts`: requests leave one each that met, so that cycles differ by more than chance. `several`: the same where one request leaves several.
 */
const forms = { each: 0.5, some: 0.25, bursts: 0.2, several: 0.05 }

/** Pseudo-requests of the Dirichlet law that bursts follow: cycles differ as if there had been so few events. */
const events = 2

/**
 * Logarithm of the probability of what was left, number and spread, if this route left it; its rate is as likely in each order of magnitude (Jeffreys' prior for a scale),
 * down to where the run would not have found it. So `some` is: the number, 1/N over the harmonic number of its requests, times its spread, the multivariate hypergeometric.
 * An exact multiple in each cycle is far likelier by `each` than any chance makes it: what a few requests of a rare route have left one by one names it.
 *
 * @param most requests of the whole load: a burst may come of any route
 */
export function logByDose({ left, sent }: Spread, most: number): number {
  const births = sumOf(left)
  if (births === 0 || left.some((one, i) => one > 0 && sent[i] === 0)) return Number.NEGATIVE_INFINITY
  const inBursts = left.every((one, i) => one <= (sent[i] ?? 0)) ? forms.bursts + forms.several : forms.several
  return logSum([Math.log(forms.each) + logOfEach({ left, sent }), Math.log(forms.some) + logOfSome({ left, sent }), Math.log(inBursts) - Math.log(births * harmonic(most)) + logOfBursts({ left, sent })])
}

/** How many each request left, where that is the same number for all of them in every cycle; null otherwise. */
export function leftByEach({ left, sent }: Spread): number | null {
  const each = sumOf(left) / sumOf(sent)
  return Number.isInteger(each) && each >= 1 && left.every((one, i) => one === each * (sent[i] ?? 0)) ? each : null
}

/** One behind by each request is likelier than two: 1/m^2, normed. */
function logOfEach(spread: Spread): number {
  const each = leftByEach(spread)
  return each === null ? Number.NEGATIVE_INFINITY : Math.log(6 / Math.PI ** 2) - 2 * Math.log(each)
}

function logOfSome({ left, sent }: Spread): number {
  if (left.some((one, i) => one > (sent[i] ?? 0))) return Number.NEGATIVE_INFINITY
  const [births, requests] = [sumOf(left), sumOf(sent)]
  return left.reduce((sum, one, i) => sum + logChoose(sent[i] ?? 0, one), -Math.log(births * harmonic(requests)) - logChoose(requests, births))
}

/** Dirichlet-multinomial (Mosimann, Biometrika 49, 1962), its means by the route's share of requests. */
function logOfBursts({ left, sent }: Spread): number {
  const requests = sumOf(sent)
  const births = sumOf(left)
  return left.reduce((sum, one, i) => {
    const mean = (events * (sent[i] ?? 0)) / requests
    return one === 0 ? sum : sum + logGamma(one + mean) - logGamma(mean) - logGamma(one + 1)
  }, logGamma(births + 1) + logGamma(events) - logGamma(births + events))
}

/** Logarithm of a sum, of which the logarithms of the terms are given: none of them need be a number of its own. -Infinity where all are. */
export function logSum(logs: readonly number[]): number {
  const most = Math.max(...logs)
  return most === Number.NEGATIVE_INFINITY ? most : most + Math.log(logs.reduce((sum, log) => sum + Math.exp(log - most), 0))
}

const logChoose = (of: number, some: number): number => logGamma(of + 1) - logGamma(some + 1) - logGamma(of - some + 1)

/** 1 + 1/2 + ... + 1/n, by Euler's constant. */
const harmonic = (n: number): number => (n < 1 ? 1 : Math.log(n) + 0.5772156649015329 + 1 / (2 * n))

const sumOf = (all: readonly number[]): number => all.reduce((sum, one) => sum + one, 0)
