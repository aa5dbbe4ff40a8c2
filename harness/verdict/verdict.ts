import type { Member } from '../timeline/member.ts'
import type { Timeline } from '../timeline/timeline.ts'
import type { Drift } from './drift.ts'
import type { Owner } from './owner.ts'
import type { Rate } from './rate.ts'

/** A pure check on a timeline, named by the sentence that it asserts. No clock, no I/O; where it throws, the judge reads inconclusive. */
export type Invariant = {
  readonly name: string
  readonly check: (timeline: Timeline) => Opinion
  /** Where it fails, others fail because of it: it is told before them. */
  readonly isCause?: true
}

/**
 * What one invariant has to say, in one sentence with its numbers.
 * A warning costs something and grows nowhere: it is reported and fails nothing. What this run has no subject for is not judged:
 * nothing held there, and no further look would settle it. Crossed is a threshold of the scenario's: it fails the run and is no leak.
 */
export type Opinion =
  | { readonly kind: 'pass'; readonly sentence: string }
  | { readonly kind: 'not judged'; readonly sentence: string }
  | { readonly kind: 'warning'; readonly sentence: string; readonly survivors: readonly Survivor[] }
  | { readonly kind: 'leak'; readonly sentence: string; readonly survivors: readonly Survivor[] }
  | { readonly kind: 'crossed'; readonly sentence: string }
  | Inconclusive

/** What could not be decided: what was missing, and what would settle it. `because` where the record itself is in doubt, which any other reason may follow from. */
export type Inconclusive = { readonly kind: 'inconclusive'; readonly sentence: string; readonly settledBy: string; readonly because?: 'altered record' }

/** A member that stayed, with what makes it one. `bornIn` is the cycle of its birth; null when it was born before the first. */
export type Survivor = {
  readonly member: Member
  readonly why: string
  readonly bornIn: number | null
  /** One of those by which a count grew in measured cycles: what the warm-up left of its like may be a pool's, and is not listed. */
  readonly ofGrowth?: true
  /** What is left is held by it, and it goes on itself: a session with locks in its pool, a front end with half-closed sockets. */
  readonly holds?: 'locks' | 'sockets'
  /** A process that keeps more of something by each cycle's load: what it keeps is left, and not the process. */
  readonly keptMore?: readonly { readonly cycle: number; readonly rise: number }[]
  /** Of what it keeps more, and how many it had before (threads beside those of clients that vanished): it has healed once it has no more than these. */
  readonly beyond?: { readonly of: 'descriptors' | 'threads'; readonly plateau: number }
  /** So many more of its kind were left by each cycle's load, of which the record has no more than their number. */
  readonly unlisted?: readonly { readonly cycle: number; readonly rise: number }[]
}

/**
 * Worst wins: leak > crossed > inconclusive > pass. What is certain comes before what is not known: a crossed threshold stays one, whatever else could not be seen.
 */
export type Verdict = 'pass' | 'leak' | 'crossed' | 'inconclusive'

/** Whether what was left went away again, and by what. */
export type HealClass = 'none' | 'on nudge' | 'at collection' | 'by time-out' | 'permanent'

/** `suppression` names the one that made a warning of a leak. Of a threshold `invariant` is the threshold itself: `http_req_duration: p(99)<400`. */
export type Finding = Opinion & { readonly invariant: string; readonly suppression?: string; readonly threshold?: true }

/** What is left of one request: its process and its session belong together. Either may be missing. */
export type Hang = {
  readonly process: Extract<Member, { kind: 'process' }> | null
  readonly session: Extract<Member, { kind: 'session' }> | null
  readonly url: string | null
  /** What the invariant says of it. */
  readonly why: string | null
  readonly lastLogLine: string | null
  readonly bornIn: number | null
  readonly evidence: string | null
}

/** The content of findings.json: everything that every reporter says. */
export type Findings = {
  readonly formatVersion: number
  readonly verdict: Verdict | 'interrupted'
  /** One line: what is left, or what a pass is worth, or what was not seen. */
  readonly headline: string
  readonly findings: readonly Finding[]
  /** The run left out what it had planned. After a confirmed leak, what it did not see there is no fault of its sight. */
  readonly endedEarly: Timeline['endedEarly']
  /** Survivors joined into what they were: the listing of a leak. */
  readonly hangs: readonly Hang[]
  readonly heal: HealClass
  /** Of what heals by time-out: by which. */
  readonly timeOut?: string
  readonly dose: { readonly planned: number; readonly counted: number; readonly distinctUrls: number; readonly leftBehind: number }
  /** Sentences with their bounds: "0 left behind in 150 requests: fewer than 20.0 per 1,000 at 95 %". */
  readonly bounds: readonly string[]
  /** What the number left behind follows: requests, hours, the start. null where nothing is left. */
  readonly rate: Rate | null
  /** Which route left it. null where nothing is left, or nothing tells. */
  readonly owner: Owner | null
  /** How memory, descriptors and threads moved: told, never judged. */
  readonly drifts: readonly Drift[]
  /** What was watched, one sentence each. */
  readonly watched: readonly string[]
  /** What to do next, one command or sentence each. */
  readonly next: readonly string[]
}
