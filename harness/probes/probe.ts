import type { Member } from '../timeline/member.ts'
import type { PoolCleanup, ServerLog } from '../timeline/entry.ts'
import type { Stack } from '../stack/stack.ts'

/** Samples one kind of resource. A new probe is one new file in `resources/`, with the probe as its default export. */
export type Probe = {
  readonly name: string
  /** One sentence for the report: what a run with this probe watches. */
  readonly watches: string
  /** Called before the application boots and before any load, so that a full server cannot lock the monitor out. */
  readonly open: (stack: Stack, options: { readonly signal: AbortSignal; readonly say: (happening: ServerLog | PoolCleanup) => void }) => Promise<Reader>
}

/** A probe that is open. Both calls reject when the probe gets no answer, or when `signal` aborts. */
export type Reader = AsyncDisposable & {
  /** Counters only, cheap enough to be read several times a second. Names have the form `what.counted`. */
  readonly beat: (signal: AbortSignal) => Promise<Counters>
  /** Counters, and everything alive that has an identity. */
  readonly look: (signal: AbortSignal) => Promise<{ readonly counters: Counters; readonly members: readonly Member[] }>
}

export type Counters = Readonly<Record<string, number>>
