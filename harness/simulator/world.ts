import type { Dose, Happening, Reading } from '../timeline/entry.ts'
import type { Limits } from '../timeline/facts.ts'
import type { At, Living } from './beings.ts'

/** A simulated application: what lives in it, from its boot on and with each load. */
export type World = {
  readonly limits?: Limits
  readonly boot?: readonly Inhabitant[]
  /** What a cycle's load brings to life. Called when the load begins. */
  readonly cycle?: (cycle: Cycle) => readonly Inhabitant[]
  /** Counters without identities, besides those that follow from the inhabitants. */
  readonly counters?: (atMs: number) => Readonly<Record<string, number>>
  /** Longest healthy transactions under load, in milliseconds, as the monitor reports them. */
  readonly transactionsEndedMs?: number
  readonly happenings?: (cycle: Cycle) => readonly (Happening & At)[]
  /** It can be told to collect its garbage, which the run does after the nudge. */
  readonly collects?: true
  /** Whether no beat comes at this moment. */
  readonly lostBeats?: (atMs: number) => boolean
}

export type Inhabitant = Living<Moment>

export type Moment = At & {
  readonly reading: Reading
  readonly cycle: number | null
  /** After the last load: whether the nudge was sent, and whether a collection was forced. */
  readonly nudged: boolean
  readonly collected: boolean
}

/** A cycle as its load begins. Times are milliseconds since the record was opened. */
export type Cycle = {
  readonly cycle: number
  readonly role: Dose['role']
  readonly dose: number
  readonly startMs: number
  /** End of the load. */
  readonly endMs: number
  /** Requests by route. */
  readonly routes: Readonly<Record<string, number>>
}

/** Several simulated applications in one. */
export function together(worlds: readonly World[]): World {
  // The size that one pool declares is no limit for all of them together.
  const { poolMaxPerProcess: _, ...limits } = Object.assign({}, ...worlds.map((world) => world.limits ?? {})) as Limits
  const slowest = Math.max(0, ...worlds.map(({ transactionsEndedMs = 0 }) => transactionsEndedMs))
  return {
    limits,
    boot: worlds.flatMap(({ boot = [] }) => boot),
    cycle: (cycle) => worlds.flatMap((world) => world.cycle?.(cycle) ?? []),
    counters: (atMs) => Object.assign({}, ...worlds.map((world) => world.counters?.(atMs) ?? {})) as Record<string, number>,
    happenings: (cycle) => worlds.flatMap((world) => world.happenings?.(cycle) ?? []),
    lostBeats: (atMs) => worlds.some((world) => world.lostBeats?.(atMs) ?? false),
    ...(slowest > 0 && { transactionsEndedMs: slowest }),
    ...(worlds.some(({ collects }) => collects) && { collects: true as const }),
  }
}
