import type { Beat, Blind, Look } from '../timeline/entry.ts'
import { blindOf, reasonOf } from './blind.ts'
import type { Counters, Reader } from './probe.ts'

/** A sampler that is at work, until it is disposed of. */
export type Sampler = AsyncDisposable & {
  /** Everything that is alive now. `partial`: the probes that gave no answer, with their reasons. */
  readonly look: () => Promise<Sight>
  readonly latest: () => Counters
}

/** What one look saw. */
export type Sight = Pick<Look, 'counters' | 'members'> & { readonly partial: readonly { readonly probe: string; readonly reason: string }[] }

export type SamplerOptions = {
  readonly readers: Readonly<Record<string, Reader>>
  readonly everyMs: number
  readonly record: (happening: Beat | Blind) => void
  /** Called after each beat with all counters. */
  readonly onBeat: (counters: Counters) => void
  /** Counters that no probe reads: those of requests in flight. */
  readonly others: () => Counters
  readonly signal: AbortSignal
  readonly beatWithinMs?: number
  readonly lookWithinMs?: number
}

/** After this many failures in a row a probe is blind; fewer may be a busy machine. */
const blindAfter = 5

/** Asks every probe for its counters at a fixed rate, and records what changed. A probe that fails is named in the beat as missed, and its last values are not repeated. */
export function startSampler({ readers, everyMs, record, onBeat, others, signal, beatWithinMs = 2_000, lookWithinMs = 10_000 }: SamplerOptions): Sampler {
  const names = Object.keys(readers)
  const latest: Record<string, number> = {}
  const failures = new Map<string, number>()
  const ended = new AbortController()
  const stop = AbortSignal.any([signal, ended.signal])

  const fail = (name: string, error: unknown) => {
    if (stop.aborted) return
    const inARow = (failures.get(name) ?? 0) + 1
    failures.set(name, inARow)
    if (inARow === blindAfter) record(blindOf(name, error))
  }

  const beat = async () => {
    const missed: string[] = []
    const counters: Record<string, number> = { ...others() }
    const asked = names.map(async (name) => {
      try {
        const answer = await within(beatWithinMs, stop, (patience) => readers[name]?.beat(patience))
        Object.assign(counters, answer)
        failures.set(name, 0)
      } catch (error) {
        missed.push(name)
        fail(name, error)
      }
    })
    await Promise.all(asked)
    if (stop.aborted) return
    const changed = Object.entries(counters).filter(([name, value]) => latest[name] !== value)
    Object.assign(latest, counters)
    record({ kind: 'beat', counters: Object.fromEntries(changed), ...(missed.length > 0 ? { missed: missed.toSorted() } : {}) })
    onBeat(latest)
  }

  const beating = (async () => {
    for (let dueMs = performance.now(); !stop.aborted; ) {
      await beat()
      // Beats that could not be made in time are left out and not made up for: the record must show the gap.
      dueMs = Math.max(dueMs + everyMs, performance.now())
      await untilAborted(stop, dueMs - performance.now())
    }
  })()

  return {
    latest: () => latest,
    look: async () => {
      const partial: { probe: string; reason: string }[] = []
      const sights = await Promise.all(names.map(async (name) => {
        try {
          return await within(lookWithinMs, stop, (patience) => readers[name]?.look(patience))
        } catch (error) {
          partial.push({ probe: name, reason: reasonOf(error) })
          return undefined
        }
      }))
      return {
        counters: Object.assign({ ...others() }, ...sights.map((sight) => sight?.counters)),
        members: sights.flatMap((sight) => sight?.members ?? []),
        partial,
      }
    },
    [Symbol.asyncDispose]: async () => {
      ended.abort()
      await beating
    },
  }
}

/** The answer, or a rejection when time is up: a probe that ignores its signal is not waited for either. */
async function within<T>(ms: number, stop: AbortSignal, ask: (patience: AbortSignal) => Promise<T> | undefined): Promise<T | undefined> {
  const patience = AbortSignal.any([stop, AbortSignal.timeout(ms)])
  const { promise: over, reject } = Promise.withResolvers<never>()
  const giveUp = () => reject(stop.aborted ? stop.reason : new Error(`no answer within ${ms} ms`))
  patience.addEventListener('abort', giveUp, { once: true })
  try {
    patience.throwIfAborted()
    return await Promise.race([ask(patience), over])
  } finally {
    patience.removeEventListener('abort', giveUp)
  }
}

/** Waits for the next beat, or for the end of the run. */
function untilAborted(signal: AbortSignal, ms: number): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, Math.max(0, ms))
    signal.addEventListener('abort', done, { once: true })
    if (signal.aborted) done()
  })
}
