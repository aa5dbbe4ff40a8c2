import type { Flight } from '../load/flight.ts'
import type { RunningLoad } from '../load/start-load.ts'
import { begunOf, ofTheServerMs } from '../timeline/begun.ts'
import type { Member } from '../timeline/member.ts'

/** A request that was in flight when these members began, which stayed. `born`: their kinds and ids, as in `KeptRequest.born`. */
export type Carrier = { readonly flight: Flight; readonly born: readonly string[] }

export type Carriers = {
  /** Takes what a look under load saw. Call it often: at 7,000 requests a second a load remembers for only two seconds which of them were in flight. */
  readonly see: (members: readonly Member[], inFlightBetween: RunningLoad['inFlightBetween']) => void
  /** The requests that may have left what is new at this rest. In a healthy application with a pool these are the first that used its sessions. */
  readonly atRest: (members: readonly Member[], cycle: number, inFlightBetween: RunningLoad['inFlightBetween']) => readonly Carrier[]
}

/** How many requests are kept for one birth. Those that began last: one that began long before is less likely to be the one. */
export const mostOfABirth = 8

/** How many requests are kept in one cycle. Fewer as the run goes on, since the record keeps all of them. */
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
    // What has gone is forgotten.
    seen = now
  }
  return {
    see: look,
    atRest: (members, cycle, inFlightBetween) => {
      look(members, inFlightBetween)
      const born = new Map<Flight, string[]>()
      for (const [name, { flights }] of seen) for (const flight of flights) born.set(flight, [...(born.get(flight) ?? []), name])
      // Each request is reported once and then forgotten: an application that leaks all night has more and more that stays.
      seen = new Map([...seen].map(([name, { birth }]) => [name, { birth, flights: [] }]))
      return [...born].map(([flight, names]) => ({ flight, born: names })).slice(0, mostOf(cycle))
    },
  }
}

type Birth = { readonly fromMs: number; readonly toMs: number }
type Seen = { readonly birth: Birth; readonly flights: readonly Flight[] }

/** Ages come in whole milliseconds, so the computed start of one transaction differs a little from look to look. */
const isSame = (one: Birth | undefined, other: Birth): boolean => one !== undefined && Math.abs(one.fromMs - other.fromMs) <= 10

/** Between which moments (epoch milliseconds) something began: for a session its transaction, or itself where it has none. */
function birthOf(member: Member): Birth | null {
  const begun = begunOf(member) ?? (member.kind === 'session' && member.seenAtMs !== undefined ? { epochMs: member.backendStartMs, withinMs: ofTheServerMs } : null)
  return begun === null ? null : { fromMs: begun.epochMs - begun.withinMs, toMs: begun.epochMs + begun.withinMs }
}
