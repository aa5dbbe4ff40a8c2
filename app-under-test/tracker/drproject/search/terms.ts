/** What to look for, or why that cannot be done. */
export type Terms = { readonly kind: 'terms'; readonly terms: readonly string[] } | { readonly kind: 'none' } | { readonly kind: 'refused'; readonly problem: string }

/** Words, and phrases in quotation marks. */
export function termsOf(text: string): Terms {
  if (text.length > LONGEST) return { kind: 'refused', problem: `That is ${text.length} characters long. Search for something shorter than ${LONGEST}.` }
  const found = [...text.matchAll(/"(?<phrase>[^"]*)"|(?<word>[^\s"]+)/g)].map(({ groups }) => (groups?.phrase ?? groups?.word ?? '').trim().replaceAll(/\s+/g, ' ')).filter(Boolean)
  const terms = [...new Map(found.map((term) => [term.toLowerCase(), term])).values()]
  if (terms.length === 0) return { kind: 'none' }
  const short = terms.find((term) => term.length < 2)
  if (short !== undefined) return { kind: 'refused', problem: `"${short}" is too short: almost everything has it somewhere. Each word must have at least 2 characters.` }
  if (terms.length > MOST_TERMS) return { kind: 'refused', problem: `These are ${terms.length} words, and ${MOST_TERMS} can be searched for at once. Put quotation marks around a phrase to make it count as one.` }
  return { kind: 'terms', terms }
}

const LONGEST = 400
const MOST_TERMS = 10
