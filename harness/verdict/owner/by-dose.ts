import { logGamma } from '../statistics/distributions.ts'

/** What one route was sent, and what was left, cycle by cycle. */
export type Spread = { readonly left: readonly number[]; readonly sent: readonly number[] }

/**
 * How what a route leaves may spread over the cycles, each with its prior weight, since it is not known beforehand which holds. `each`: every request leaves the same number behind, as
 * a path that never gives back what it took. `some`: some of its requests leave one, each as likely as any other. `bursts`: requests that met leave one each, so that cycles differ by
 * more than chance. `several`: the same where one request leaves several.
 */
const forms = { each: 0.5, some: 0.25, bursts: 0.2, several: 0.05 }

/** The strength of the Dirichlet distribution that bursts follow: cycles differ as much as if there had been so few events. */
const events = 2

/**
 * Logarithm of the probability of what was left, in number and spread, if this route left it. Its rate is as likely in each order of magnitude (Jeffreys' prior for a scale), down to
 * where the run would not have found it. So for `some` the probability is that of the number, 1/N over the harmonic number of its requests, times that of the spread, the multivariate
 * hypergeometric. An exact multiple in every cycle is far likelier by `each` than by any chance: so a rare route whose few requests have left one each is named.
 *
 * @param most requests of the whole load: a burst may come from any route
 */
export function logByDose({ left, sent }: Spread, most: number): number {
  const births = sumOf(left)
  if (births === 0 || left.some((one, i) => one > 0 && sent[i] === 0)) return Number.NEGATIVE_INFINITY
  const inBursts = left.every((one, i) => one <= (sent[i] ?? 0)) ? forms.bursts + forms.several : forms.several
  return logSum([Math.log(forms.each) + logOfEach({ left, sent }), Math.log(forms.some) + logOfSome({ left, sent }), Math.log(inBursts) - Math.log(births * harmonic(most)) + logOfBursts({ left, sent })])
}

/** How many each request left, where that is the same number for all of them in every cycle; else null. */
export function leftByEach({ left, sent }: Spread): number | null {
  const each = sumOf(left) / sumOf(sent)
  return Number.isInteger(each) && each >= 1 && left.every((one, i) => one === each * (sent[i] ?? 0)) ? each : null
}

/** That each request leaves one is likelier than that each leaves two: prior 1/m^2, normed. */
function logOfEach(spread: Spread): number {
  const each = leftByEach(spread)
  return each === null ? Number.NEGATIVE_INFINITY : Math.log(6 / Math.PI ** 2) - 2 * Math.log(each)
}

function logOfSome({ left, sent }: Spread): number {
  if (left.some((one, i) => one > (sent[i] ?? 0))) return Number.NEGATIVE_INFINITY
  const [births, requests] = [sumOf(left), sumOf(sent)]
  return left.reduce((sum, one, i) => sum + logChoose(sent[i] ?? 0, one), -Math.log(births * harmonic(requests)) - logChoose(requests, births))
}

/** Dirichlet-multinomial distribution (Mosimann, Biometrika 49, 1962), with the route's share of requests in each cycle as its means. */
function logOfBursts({ left, sent }: Spread): number {
  const requests = sumOf(sent)
  const births = sumOf(left)
  return left.reduce((sum, one, i) => {
    const mean = (events * (sent[i] ?? 0)) / requests
    return one === 0 ? sum : sum + logGamma(one + mean) - logGamma(mean) - logGamma(one + 1)
  }, logGamma(births + 1) + logGamma(events) - logGamma(births + events))
}

/** Logarithm of a sum whose terms are given by their logarithms, as the terms themselves may be too small for a number. -Infinity where all terms are 0. */
export function logSum(logs: readonly number[]): number {
  const most = Math.max(...logs)
  return most === Number.NEGATIVE_INFINITY ? most : most + Math.log(logs.reduce((sum, log) => sum + Math.exp(log - most), 0))
}

const logChoose = (of: number, some: number): number => logGamma(of + 1) - logGamma(some + 1) - logGamma(of - some + 1)

/** 1 + 1/2 + ... + 1/n, by Euler's constant. */
const harmonic = (n: number): number => (n < 1 ? 1 : Math.log(n) + 0.5772156649015329 + 1 / (2 * n))

const sumOf = (all: readonly number[]): number => all.reduce((sum, one) => sum + one, 0)
