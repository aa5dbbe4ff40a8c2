import type { Member } from '../timeline/member.ts'
import type { Timeline } from '../timeline/timeline.ts'
import type { Drift } from './drift.ts'
import type { Owner } from './owner/owner.ts'
import type { Rate } from './rate.ts'

/** A pure check on a timeline, named by the sentence that it asserts. No clock, no I/O; if it throws, the judge says inconclusive. */
export type Invariant = {
  readonly name: string
  readonly check: (timeline: Timeline) => Opinion
  /** Where it fails, others fail because of it, so it is told before them. */
  readonly isCause?: true
}

/**
 * What one invariant has to say, in one sentence with its numbers.
 * `warning`: it costs something and does not grow; it is reported and fails nothing. `not judged`: this run has nothing to which the invariant applies, and no further look would settle
 * it. `crossed`: a threshold of the scenario was crossed, which fails the run and is no leak.
 */
export type Opinion =
  | { readonly kind: 'pass'; readonly sentence: string }
  | { readonly kind: 'not judged'; readonly sentence: string }
  | { readonly kind: 'warning'; readonly sentence: string; readonly survivors: readonly Survivor[] }
  | { readonly kind: 'leak'; readonly sentence: string; readonly survivors: readonly Survivor[] }
  | { readonly kind: 'crossed'; readonly sentence: string }
  | Inconclusive

/** What could not be decided, and what would settle it. `because`: the record itself is in doubt, from which any other reason may follow. */
export type Inconclusive = { readonly kind: 'inconclusive'; readonly sentence: string; readonly settledBy: string; readonly because?: 'altered record' }

/** A member that stayed, and why it counts as left behind. `bornIn`: the cycle of its birth; null when it was born before the first. */
export type Survivor = {
  readonly member: Member
  readonly why: string
  readonly bornIn: number | null
  /** It was found because a count grew over the measured cycles. What the warm-up left of the same kind may belong to a pool, and is not listed. */
  readonly ofGrowth?: true
  /** What is left is held by this member, which itself goes on: a session with locks in its pool, a front end with half-closed sockets. */
  readonly holds?: 'locks' | 'sockets'
  /** The process keeps more of something after each cycle's load: that is left, and not the process. */
  readonly keptMore?: readonly { readonly cycle: number; readonly rise: number }[]
  /** What it keeps more of, and how many it had before (threads without those of clients that vanished). It has healed once it has no more than that. */
  readonly beyond?: { readonly of: 'descriptors' | 'threads'; readonly plateau: number }
  /** More of its kind that each cycle's load left, of which the record has only the number. */
  readonly unlisted?: readonly { readonly cycle: number; readonly rise: number }[]
}

/** The worst wins: leak > crossed > inconclusive > pass. What is certain comes before what is not known: a crossed threshold stays one, whatever else could not be seen. */
export type Verdict = 'pass' | 'leak' | 'crossed' | 'inconclusive'

/** Whether what was left went away again, and by what. */
export type HealClass = 'none' | 'on nudge' | 'at collection' | 'by time-out' | 'permanent'

/** `suppression`: the name of the one that turned a leak into a warning. For a threshold, `invariant` is the threshold itself: `http_req_duration: p(99)<400`. */
export type Finding = Opinion & { readonly invariant: string; readonly suppression?: string; readonly threshold?: true }

/** What is left of one request: its process and its session. Either may be missing. */
export type Hang = {
  readonly process: Extract<Member, { kind: 'process' }> | null
  readonly session: Extract<Member, { kind: 'session' }> | null
  readonly url: string | null
  /** What the invariant says about it. */
  readonly why: string | null
  readonly lastLogLine: string | null
  readonly bornIn: number | null
  readonly evidence: string | null
}

/** The content of findings.json: everything that every reporter says. */
export type Findings = {
  readonly formatVersion: number
  readonly verdict: Verdict | 'interrupted'
  /** One line: what is left, what a pass is worth, or what was not seen. */
  readonly headline: string
  readonly findings: readonly Finding[]
  /** The run left out part of its plan. If a leak was confirmed, what it did not see after that is no fault of its sight. */
  readonly endedEarly: Timeline['endedEarly']
  /** Processes and sessions that belong together, as a leak lists them. */
  readonly hangs: readonly Hang[]
  readonly heal: HealClass
  /** Where it healed by time-out: by which. */
  readonly timeOut?: string
  readonly dose: { readonly planned: number; readonly counted: number; readonly distinctUrls: number; readonly leftBehind: number }
  /** Sentences with their bounds: "0 left behind in 150 requests: fewer than 20.0 per 1,000 at 95 %". */
  readonly bounds: readonly string[]
  /** What the number left behind grows with: requests, hours, or the start alone. null where nothing is left. */
  readonly rate: Rate | null
  /** The route that left it. null where nothing is left, or where nothing tells the route. */
  readonly owner: Owner | null
  /** How memory, descriptors and threads changed: told, never judged. */
  readonly drifts: readonly Drift[]
  /** What was watched, one sentence each. */
  readonly watched: readonly string[]
  /** What to do next, one command or sentence each. */
  readonly next: readonly string[]
}
