import type { Dose } from '../timeline/entry.ts'

/** The loads that broke, and in one line what went wrong with the first of them; null where none did. */
export function brokenLoads(doses: readonly Dose[]): { readonly cycles: readonly number[]; readonly cause: string } | null {
  const broken = doses.flatMap(({ cycle, generator }) => (generator.kind === 'broken' ? [{ cycle, cause: causeOf(generator.tail) }] : []))
  const [first] = broken
  return first === undefined ? null : { cycles: broken.map(({ cycle }) => cycle), cause: first.cause }
}

/** What the harness says of it stands first; of the log after it the last thing said, with the place where that is a journey's exception. */
function causeOf(tail: string): string {
  const [reason = '', ...log] = tail.split('\n')
  const at = log.findLastIndex((line) => /^\S/.test(line))
  if (at === -1) return reason
  const place = log[at + 1]?.trim()
  return `${reason}${reason.endsWith('?') ? '' : ':'} ${[log[at], ...(place ? [place] : [])].join(' ')}`
}
