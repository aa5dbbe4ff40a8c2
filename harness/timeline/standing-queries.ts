import type { Member, Session } from './member.ts'

/**
 * The queries that an application always runs by design, as they were seen before the first request: a standby that waits for its lock, the long poll of a queue, a stream of changes. By the form of the
 * statement, with how many ran at once. Not by session: the next one may run on another.
 */
export type StandingQueries = ReadonlyMap<string, number>

export const isRunningQuery = (member: Member): member is Session => member.kind === 'session' && member.state === 'active'

/** `sights`: the members of each look before the load. */
export function standingQueries(sights: readonly (readonly Member[])[]): StandingQueries {
  const most = new Map<string, number>()
  for (const members of sights) for (const [form, alike] of Map.groupBy(members.filter(isRunningQuery), formOf)) most.set(form, Math.max(most.get(form) ?? 0, alike.length))
  return most
}

/** The running queries of each form that are more than ran by design. Nobody knows which of them these are: the last ones are taken. */
export const beyondStanding = <T extends Pick<Session, 'query'>>(standing: StandingQueries, running: readonly T[]): readonly T[] =>
  [...Map.groupBy(running, formOf)].flatMap(([form, alike]) => alike.slice(standing.get(form) ?? 0))

/** The statement without its numbers and strings: these change from poll to poll. */
export const formOf = ({ query }: Pick<Session, 'query'>): string => query.replaceAll(/'(?:[^']|'')*'|\b\d\w*/g, '?')
