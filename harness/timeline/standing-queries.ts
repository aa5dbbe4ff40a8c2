import type { Member, Session } from './member.ts'

/**
 * What an application keeps running by design, as it was seen before the first request, by its form and how many there were at once: the wait of a standby for its lock, the long poll of a queue, a
 * stream of changes. Not by session: the next of them may run on another.
 */
export type StandingQueries = ReadonlyMap<string, number>

export const isRunningQuery = (member: Member): member is Session => member.kind === 'session' && member.state === 'active'

/** `sights`: the members of each look before the load. */
export function standingQueries(sights: readonly (readonly Member[])[]): StandingQueries {
  const most = new Map<string, number>()
  for (const members of sights) for (const [form, alike] of Map.groupBy(members.filter(isRunningQuery), formOf)) most.set(form, Math.max(most.get(form) ?? 0, alike.length))
  return most
}

/** Those of these running queries that are more than there stand of their form. Which of them these are is not known: the last. */
export const beyondStanding = <T extends Pick<Session, 'query'>>(standing: StandingQueries, running: readonly T[]): readonly T[] =>
  [...Map.groupBy(running, formOf)].flatMap(([form, alike]) => alike.slice(standing.get(form) ?? 0))

/** The statement without its numbers and texts: a poll asks for what came after the last that it has seen. */
export const formOf = ({ query }: Pick<Session, 'query'>): string => query.replaceAll(/'(?:[^']|'')*'|\b\d\w*/g, '?')
