import type { Entry } from './entry.ts'
import type { Member } from './member.ts'
import { isSame, sharing } from './sharing.ts'

type LookEntry = Extract<Entry, { kind: 'look' }>

/** A look as it is written to its line: of members that the look before showed too, only what has changed. Two thirds of what a night's looks show is unchanged. */
export type LookLine = Omit<LookEntry, 'members'> & {
  /** `n` of the look before. Absent where every member is written whole, as in records of format version 1. */
  readonly since?: number
  readonly members: readonly (Member | Change)[]
}

/** A member by its place in the look before: the place alone if it is unchanged, else with the changed fields. Places rise. */
type Change = number | readonly [place: number, fields: Readonly<Record<string, unknown>>]

/** After this many looks with changes only, one is written whole: a lost line damages no more than these. */
const mostInARow = 15

/** For each entry, what its line says. Members of a look that have not changed are the same objects as in the look before. */
export function beginLines(): (entry: Entry) => { readonly entry: Entry; readonly line: Entry | LookLine } {
  const shared = sharing()
  let before: LookEntry | null = null
  let inARow = 0
  return (entry) => {
    if (entry.kind !== 'look') return { entry, line: entry }
    const look = { ...entry, members: shared(entry.members) }
    const changes = before === null || inARow >= mostInARow ? null : { since: before.n, members: changesBetween(before.members, look.members) }
    inARow = changes === null ? 0 : inARow + 1
    before = look
    return { entry: look, line: { ...look, ...changes } }
  }
}

function changesBetween(before: readonly Member[], now: readonly Member[]): LookLine['members'] {
  const places = new Map(before.map((member, place) => [`${member.kind} ${member.id}`, place]))
  let last = -1
  return now.map((member) => {
    const place = places.get(`${member.kind} ${member.id}`) ?? -1
    const known = before[place]
    const fields = known === undefined || place <= last ? null : changedFields(known, member)
    if (fields === null) return member
    last = place
    return Object.keys(fields).length === 0 ? place : [place, fields]
  })
}

/** null where the two do not have the same fields in the same order. */
function changedFields(before: Member, now: Member): Readonly<Record<string, unknown>> | null {
  if (before === now) return {}
  const [earlier, fields] = [Object.entries(before), Object.entries(now)]
  if (earlier.length !== fields.length || fields.some(([name, value], i) => name !== earlier[i]?.[0] || value === undefined)) return null
  return Object.fromEntries(fields.filter(([, value], i) => !isSame(value, earlier[i]?.[1])))
}

/** Makes looks from their lines again; null where a line does not fit the look before. Only the kind of a line has been checked by then, so a member may turn out to be none. */
export function beginLooks(): (line: LookLine) => Entry | null {
  const shared = sharing()
  let before: LookEntry | null = null
  return ({ since, ...look }) => {
    if (!Array.isArray(look.members)) return look as LookEntry
    const members = since === undefined ? shared(look.members as readonly Member[]) : since === before?.n ? changed(before.members, look.members) : null
    if (members === null) return null
    before = { ...look, members }
    return before
  }
}

function changed(before: readonly Member[], changes: LookLine['members']): readonly Member[] | null {
  const members: Member[] = []
  let last = -1
  for (const change of changes) {
    if (typeof change !== 'number' && !Array.isArray(change)) {
      members.push(change as Member)
      continue
    }
    const [place, fields] = typeof change === 'number' ? [change, null] : (change as Exclude<Change, number>)
    const known = before[place]
    if (known === undefined || !(place > last)) return null
    members.push(fields === null ? known : ({ ...known, ...fields } as Member))
    last = place
  }
  return members
}
