import type { Flight } from '../load/flight.ts'
import type { RunningLoad } from '../load/k6.ts'
import { begunOf, ofTheServerMs } from '../timeline/begun.ts'
import type { Member } from '../timeline/member.ts'

/** A request that was in flight as these began, which stayed: kinds and ids, as `KeptRequest.born` has them. */
export type Carrier = { readonly flight: Flight; readonly born: readonly string[] }

export type Carriers = {
  /** Takes what a look under load saw. At 7,000 requests a second a load forgets within two seconds which of them were in flight. */
  readonly see: (members: readonly Member[], inFlightBetween: RunningLoad['inFlightBetween']) => void
  /** Who may have carried what a load has left, and what was not there at the rest before. Of a healthy application with a pool these are the first that used its sessions. */
  readonly atRest: (members: readonly Member[], cycle: number, inFlightBetween: RunningLoad['inFlightBetween']) => readonly Carrier[]
}

/** As likely each as another, but for those that began long before. */
export const mostOfABirth = 8

/** Of a cycle, fewer as the run grows longer: they lie in the record beside what failed. */
const mostOf = (cycle: number): number => Math.ceil(50 / (1 + cycle / 16))

/** Watches over a whole run which requests were in flight as sessions, transactions and processes began. Whether these were left is known only at rest. */
export function watchCarriers(): Carriers {
  let seen = new Map<string, Seen>()
  const look = (members: readonly Member[], inFlightBetween: RunningLoad['inFlightBetween']) => {
    const now = new Map<string, Seen>()
    for (const member of members) {
      const birth = birthOf(member)
      if (birth === null) continue
      const name = `${member.kind} ${member.id}`
      const known = seen.get(name)
      now.set(name, isSame(known?.birth, birth) ? known! : { birth, flights: inFlightBetween(birth.fromMs, birth.toMs).toSorted((a, b) => b.startedAtMs - a.startedAtMs).slice(0, mostOfABirth) })
    }
    // What has gone is nobody's to remember.
    seen = now
  }
  return {
    see: look,
    atRest: (members, cycle, inFlightBetween) => {
      look(members, inFlightBetween)
      const born = new Map<Flight, string[]>()
      for (const [name, { flights }] of seen) for (const flight of flights) born.set(flight, [...(born.get(flight) ?? []), name])
      // What is told once is kept no longer: an application that leaks all night has more and more that stays.
      seen = new Map([...seen].map(([name, { birth }]) => [name, { birth, flights: [] }]))
      return [...born].map(([flight, names]) => ({ flight, born: names })).slice(0, mostOf(cycle))
    },
  }
}

type Birth = { readonly fromMs: number; readonly toMs: number }
type Seen = { readonly birth: Birth; readonly flights: readonly Flight[] }

/** Ages are told in whole milliseconds: the same transaction begins at another moment at each look, by so much. */
const isSame = (one: Birth | undefined, other: Birth): boolean => one !== undefined && Math.abs(one.fromMs - other.fromMs) <= 10

/** Between which moments, epoch milliseconds, something began: of a session its transaction, else itself. */
function birthOf(member: Member): Birth | null {
  const begun = begunOf(member) ?? (member.kind === 'session' && member.seenAtMs !== undefined ? { epochMs: member.backendStartMs, withinMs: ofTheServerMs } : null)
  return begun === null ? null : { fromMs: begun.epochMs - begun.withinMs, toMs: begun.epochMs + begun.withinMs }
}
