import type { Member } from './member.ts'

/**
 * A member that has not changed since the look before is kept once: of a night's zombies, servers and idle workers there would be hundreds of thousands. May be given
 * what has not been checked yet.
 */
export function sharing(): (members: readonly Member[]) => readonly Member[] {
  let before = new Map<unknown, Member>()
  return (members) => {
    const kept = members.map((member) => {
      const known = before.get(idOf(member))
      return known !== undefined && isSame(known, member) ? known : member
    })
    before = new Map(kept.map((member) => [idOf(member), member]))
    return kept
  }
}

const idOf = (member: Member | null): unknown => member?.id

/** Whether two values of JSON are alike. */
export function isSame(one: unknown, other: unknown): boolean {
  if (one === other) return true
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false
  const fields = Object.keys(one)
  if (fields.length !== Object.keys(other).length) return false
  // A night compares tens of millions of fields: a function for each member would take twice as long.
  for (const field of fields) if (!isSame((one as Readonly<Record<string, unknown>>)[field], (other as Readonly<Record<string, unknown>>)[field])) return false
  return true
}
