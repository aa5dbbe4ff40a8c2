import type { Timeline } from '../timeline/timeline.ts'

/** No transaction, query or process of a request is blamed before it is this old, whatever the application's usual speed. */
export const patienceMs = 5_000

/** What stays at rest is blamed once it has been seen to stay this long: a reaper's round takes a second. */
export const stayMs = 2_000

/** What is so many times as old as the longest healthy transaction is none. */
export const timesLongest = 10

/** Longest healthy transaction where the application declares none. */
const longestTransactionMs = 60_000

/**
 * Age from which an open transaction is no longer a slow one: ten times the longest that this application was seen to
 * end under load, never less than 5 s, never more than it declares (or 60 s).
 */
export function transactionThresholdMs({ facts, endedTransactions }: Timeline): number {
  return Math.min(Math.max(patienceMs, timesLongest * (endedTransactions?.p999Ms ?? 0)), declaredTransactionMs({ facts }))
}

/** Beyond this even work that makes progress is no longer a request's. */
export const declaredTransactionMs = ({ facts }: Pick<Timeline, 'facts'>): number => facts.limits.transactionMs ?? longestTransactionMs

/** How long the process of a request may outlive the load. */
export const lingerMs = ({ facts }: Timeline): number => facts.limits.processLingerMs ?? patienceMs
