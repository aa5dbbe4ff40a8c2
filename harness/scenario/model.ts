import type { Cluster } from './cluster.ts'
import type { Rude } from './rude.ts'

/**
 * An open model of load: visits begin at their own moments, whether or not those before them have been answered. Without it the model is closed: so many users as are
 * `concurrency`, each of whom waits for an answer, so that a slow application gets less load (Schroeder, Wierman, Harchol-Balter: Open Versus Closed, NSDI 2006).
 */
export type Arrivals = {
  /** Requests that come in a second, counted as the dose is: visits of several begin as much less often. */
  readonly perSecond: number
  /** As people come, independently of each other (the default), or as a clock strikes. */
  readonly spacing?: 'poisson' | 'even'
  /** The rate grows from 0 over so long at the beginning of each cycle. */
  readonly rampMs?: number
  /** A visit for which no user is free within so long after its moment is not sent, and counts as dropped; default 1 s. */
  readonly dropAfterMs?: number
}

/**
 * Where a request carries its id, which no other of the run has, so that it can be found again in an access log, in the application's own log, and in its SQL where it passes
 * it on: in a header, or in a parameter of its query, for servers whose logs tell of a request no more than its URL.
 */
export type RequestId = { readonly header: string } | { readonly parameter: string }

/** What loads of every kind may say of how they are sent. */
export type Model = {
  readonly requestTimeoutMs?: number
  /** k6 processes that share the load, where one is too slow for it; default 1. */
  readonly generators?: number
  /** Where they run, if not beside the harness. */
  readonly cluster?: Cluster
  /** Where each request carries its id; default the header `x-request-id`. */
  readonly requestId?: RequestId
  /** Makes the model an open one; `concurrency` is then the most that are in flight at once. */
  readonly arrivals?: Arrivals
  /** Shares of the dose that are sent by clients that misbehave. */
  readonly rude?: Rude
}
