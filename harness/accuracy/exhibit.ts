import type { Plan, Scenario } from '../scenario/scenario.ts'
import type { HealClass } from '../verdict/verdict.ts'

/**
 * One exhibit of the zoo on which accuracy is measured: a small program that leaks by a mechanism seen in a real project, or a healthy one that looks as if it leaked. What must come of
 * a run is declared beside it, before any run is made.
 */
export type Exhibit = {
  /** `L01` and on leak, `H01` and on are healthy, `R01` and on are releases of libraries that leaked. One mechanism may be shown in several stacks: `L01-node`, `L01-go`. */
  readonly id: string
  /** `no release on 500`. */
  readonly title: string
  /** Where the mechanism was seen: a public thread, a commit, a manual. */
  readonly source: string
  /** Language and library: `node, pg`. */
  readonly stack: string
  /** Paths in it are relative to the exhibit's file. */
  readonly scenario: Scenario
  /** The name of the route whose requests leak. The rate of a run is its share of the dose. null where time, the start or the number of requests at once triggers the leak, and no request does. */
  readonly trigger: string | null
  readonly expected: Expected
  /** What this mechanism needs in every run: more requests at once than its pool has places, for example. */
  readonly plan?: Partial<Plan>
  /** Quick enough for 50,000 requests in a run. */
  readonly fast?: true
  /** The names of mended variants: the same program with the fix. They count among the clean runs. */
  readonly mended?: readonly string[]
}

/** What must come of a run of the exhibit. */
export type Expected =
  | {
      readonly verdict: 'leak'
      /** Names of the invariants that may convict it; one of them must. */
      readonly by: readonly string[]
      readonly heal: HealClass
      /** The route that owns it, as the load names it; null where none does. */
      readonly route: string | null
      /** Not every trigger leaves something: a pool's size, a bounded buffer or a plateau ends it, so the share of triggers is not the rate. */
      readonly capped?: true
    }
  | { readonly verdict: 'pass' }
  /** `because` is the invariant that says so. */
  | { readonly verdict: 'inconclusive'; readonly because?: string }
