/** Names of the segments that several k6 share a load by, as each of them calls its own: `0:1/4`, `1/4:1/2`, `1/2:3/4`, `3/4:1`. */
export const segmentsOf = (of: number): readonly string[] => Array.from({ length: of }, (_, nth) => `${fraction(nth, of)}:${fraction(nth + 1, of)}`)

/** In lowest terms, and whole numbers without their denominator, as Go's big.Rat has it. */
const fraction = (numerator: number, denominator: number): string => {
  const shared = gcd(numerator, denominator)
  return denominator === shared ? String(numerator / shared) : `${numerator / shared}/${denominator / shared}`
}

const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b))
