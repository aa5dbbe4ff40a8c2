import type { Cluster } from './cluster.ts'
import type { Rude } from './rude.ts'

/**
 * An open model of load: visits begin at their own moments, whether or not those before them have been answered. Without it the model is closed: `concurrency` users, each of whom waits for an
 * answer before the next request, so that a slow application gets less load (Schroeder, Wierman, Harchol-Balter: Open Versus Closed, NSDI 2006).
 */
export type Arrivals = {
  /** Requests a second, counted as the dose is: visits of four requests begin a quarter as often. */
  readonly perSecond: number
  /** `poisson`: independently of each other, as people come (the default). `even`: at equal intervals. */
  readonly spacing?: 'poisson' | 'even'
  /** How long the rate takes to grow from 0, at the beginning of each cycle. */
  readonly rampMs?: number
  /** A visit for which no user is free within this time after its moment is not sent, and counts as dropped; default 1 s. */
  readonly dropAfterMs?: number
}

/**
 * Where a request carries its id, which no other request of the run has. By it a request is found again in access logs, in the application's own log, and in its SQL if it passes the id on. Either
 * in a header, or in a parameter of the query, for servers whose logs show nothing but the URL.
 */
export type RequestId = { readonly header: string } | { readonly parameter: string }

/** How a load is sent, whatever its kind. */
export type Model = {
  readonly requestTimeoutMs?: number
  /** k6 processes that share the load, where one is too slow for it; default 1. */
  readonly generators?: number
  /** Where they run, if not beside the harness. */
  readonly cluster?: Cluster
  /** Where each request carries its id; default the header `x-request-id`. */
  readonly requestId?: RequestId
  /** Makes the model an open one. `concurrency` is then the most requests in flight at once. */
  readonly arrivals?: Arrivals
  /** How long the users of a closed model take to come, in each measured cycle: the first visit of user k of n, from 0, begins after k / n of it. Default 0, all at once. Not beside `arrivals`, whose rate has a ramp of its own. */
  readonly rampMs?: number
  /** The shares of the dose that clients send which misbehave. */
  readonly rude?: Rude
}
