import type { Timeline } from '../timeline/timeline.ts'

/** No transaction, query or process of a request is blamed before it has reached this age in milliseconds, however fast the application usually is. */
export const patienceMs = 5_000

/** What stays at rest is blamed once it was seen to stay for this long, in milliseconds: a parent that reaps its children once a second is healthy. */
export const stayMs = 2_000

/** A transaction that is this many times as old as the longest healthy one is no healthy one. */
export const timesLongest = 10

/** The longest healthy transaction where the application declares none, in milliseconds. */
const longestTransactionMs = 60_000

/**
 * The age in milliseconds from which an open transaction is no longer a slow one: ten times the longest that was seen to end under load in this application, never less than 5 s, never
 * more than it declares (or 60 s).
 */
export function transactionThresholdMs({ facts, endedTransactions }: Timeline): number {
  return Math.min(Math.max(patienceMs, timesLongest * (endedTransactions?.p999Ms ?? 0)), declaredTransactionMs({ facts }))
}

/** The age in milliseconds beyond which even work that makes progress no longer belongs to a request. */
export const declaredTransactionMs = ({ facts }: Pick<Timeline, 'facts'>): number => facts.limits.transactionMs ?? longestTransactionMs

/** How long the process of a request may outlive the load, in milliseconds. */
export const lingerMs = ({ facts }: Timeline): number => facts.limits.processLingerMs ?? patienceMs
