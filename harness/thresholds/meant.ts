/** What follows a name that there is none of, be it of a metric, a setting or an option: ` Did you mean "pg.backends"?`, or which there are. */
export function meant(name: string, known: readonly string[]): string {
  const near = perhaps(name, known)
  if (near !== '') return near
  if (known.length === 0) return ' There is none.'
  const kin = known.filter((one) => one.split(/[._]/)[0] === name.split(/[._]/)[0])
  return ` There ${known.length === 1 ? 'is' : 'are'} ${(kin.length > 0 ? kin : known).join(', ')}.`
}

/** What follows where it was told already which there are: ` Did you mean "gate"?`, or nothing. */
export function perhaps(name: string, known: readonly string[]): string {
  const nearest = nearestTo(name, known)
  return nearest === null ? '' : ` Did you mean "${nearest}"?`
}

/** The known name that this one is a misspelling of, from which at most each third of its letters differs, and not all of them; null where there is none. */
export function nearestTo(name: string, known: readonly string[]): string | null {
  // `pg.idleInTransaction` is pg.idle-in-transaction in another spelling.
  const bare = (text: string) => text.toLowerCase().replaceAll(/[^a-z0-9]/g, '')
  const [nearest] = known.map((one) => ({ one, far: distance(bare(name), bare(one)) })).toSorted((a, b) => a.far - b.far)
  const { length } = bare(name)
  return nearest !== undefined && nearest.far <= Math.min(Math.ceil(length / 3), length - 1) ? nearest.one : null
}

/** How many letters must be put in, left out or changed to make one of the other (Levenshtein, 1965). */
function distance(a: string, b: string): number {
  let above = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (const [i, letter] of a.split('').entries()) {
    const row = [i + 1]
    for (const [j, other] of b.split('').entries()) row.push(Math.min((above[j + 1] ?? 0) + 1, (row[j] ?? 0) + 1, (above[j] ?? 0) + (letter === other ? 0 : 1)))
    above = row
  }
  return above.at(-1) ?? 0
}
