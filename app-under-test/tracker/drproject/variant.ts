/** What differs between the incident, its cures and its would-be cures: each is one line of the pool, the record or the timeline. */
export const VARIANTS = ['as-shipped', 'collect-per-provider', 'collect-per-select', 'reentrant-lock', 'close-in-finally', 'collector-off'] as const

export type Variant = (typeof VARIANTS)[number]

/** TRACKER_VARIANT, or the healthy tracker. Throws on a name that is none of them. */
export function variantNamed(name: string | undefined): Variant {
  if (!name) return 'close-in-finally'
  const known = VARIANTS.find((variant) => variant === name)
  if (known) return known
  throw new Error(`Unknown TRACKER_VARIANT "${name}". Use one of: ${VARIANTS.join(', ')}.`)
}
