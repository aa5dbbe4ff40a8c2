import type { Dose } from '../timeline/entry.ts'

/** The loads that broke, and in one line what went wrong with the first of them; null where none did. */
export function brokenLoads(doses: readonly Dose[]): { readonly cycles: readonly number[]; readonly cause: string } | null {
  const broken = doses.flatMap(({ cycle, generator }) => (generator.kind === 'broken' ? [{ cycle, cause: causeOf(generator.tail) }] : []))
  const [first] = broken
  return first === undefined ? null : { cycles: broken.map(({ cycle }) => cycle), cause: first.cause }
}

/**
 * The first line is the reason that the harness gives. Of the generator's log below it, the last line that is not indented is told; the line after that is the place in the journey,
 * where it was an exception.
 */
function causeOf(tail: string): string {
  const [reason = '', ...log] = tail.split('\n')
  const at = log.findLastIndex((line) => /^\S/.test(line))
  if (at === -1) return reason
  const place = log[at + 1]?.trim()
  return `${reason}${reason.endsWith('?') ? '' : ':'} ${[log[at], ...(place ? [place] : [])].join(' ')}`
}
