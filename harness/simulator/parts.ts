import { type Living, process, session } from './beings.ts'
import type { Random } from './random.ts'
import type { Plan } from './simulate.ts'
import type { Inhabitant, World } from './world.ts'

/** Makes a simulated application, from random numbers and from pids that nothing else in it has. */
export type Maker = (random: Random, pids: () => number, plan: Plan) => World

/** A process whose descriptors vary from look to look around a level. */
export function noisyProcess(random: Random, pid: number): Inhabitant {
  const level = random.between(15, 80)
  const spread = random.within(0, 3)
  return (moment) => process({ pid, descriptors: Math.max(3, Math.round(level + spread * random.normal())) })(moment)
}

/** A process whose descriptors vary as a first-order autoregressive process does: x' = phi x + e, where phi is for the time between two looks. */
export function correlated(random: Random, pid: number): Inhabitant {
  const level = random.between(20, 100)
  const walk = ar1(random, random.pick([0.5, 0.8, 0.95]), random.within(0.5, 6))
  return (moment) => process({ pid, descriptors: Math.max(3, Math.round(level + walk(moment.atMs))) })(moment)
}

/** Counters of the whole application, correlated in time. */
export function noise(random: Random): (atMs: number) => Readonly<Record<string, number>> {
  const [bytes, descriptors, threads] = [ar1(random, 0.95, 2e6), ar1(random, 0.8, 3), ar1(random, 0.8, 1)]
  return (atMs) => ({ 'app.rss-bytes': Math.round(80e6 + bytes(atMs)), 'app.fds': Math.round(60 + descriptors(atMs)), 'app.threads': Math.round(12 + threads(atMs)) })
}

/** A first-order autoregressive process, stationary from its first value on. `phi` is its correlation over five seconds: the longer the time between two values, the less they have in common. */
function ar1(random: Random, phi: number, deviation: number): (atMs: number) => number {
  let [value, lastMs] = [deviation * random.normal(), 0]
  return (atMs) => {
    const kept = phi ** ((atMs - lastMs) / 5_000)
    value = kept * value + Math.sqrt(Math.max(0, 1 - kept * kept)) * deviation * random.normal()
    lastMs = atMs
    return value
  }
}

export type Slot = (atMs: number) => Living

/** A slot of a pool: its session is replaced at an age by one with another pid. */
export function renewed(random: Random, pids: () => number, lifeMs: number, { offsetMs = random.within(0, lifeMs), reopensAfterMs = 20 }: { readonly offsetMs?: number; readonly reopensAfterMs?: number } = {}): Slot {
  const [base, port] = [pids(), 30_000 + (pids() % 20_000)]
  return (atMs) => {
    const nth = Math.floor((atMs + offsetMs) / lifeMs)
    const fromMs = Math.max(2_000, nth * lifeMs - offsetMs + reopensAfterMs)
    return atMs < fromMs ? () => null : session({ pid: 300_000 + base * 64 + nth, fromMs, clientPort: port })
  }
}

/** The process that holds the client's end of the sessions in these slots. */
export const holder = (pid: number, slots: readonly Slot[]): Inhabitant => ({ atMs }) => {
  const ports = slots.flatMap((slot) => {
    const member = slot(atMs)({ atMs })
    return member?.kind === 'session' && member.clientPort !== null ? [member.clientPort] : []
  })
  return process({ pid, databasePorts: ports })({ atMs })
}

/** A process that holds the client's end of sessions with these pids. */
export const owning = (pid: number, sessions: readonly number[]): Inhabitant => process({ pid, databasePorts: sessions.map((one) => 40_000 + one) })

export const many = <T>(n: number, make: (i: number) => T): T[] => Array.from({ length: Math.max(0, n) }, (_, i) => make(i))
