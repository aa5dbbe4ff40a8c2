/** Buckets of equal width from time 0 on. */
export type Buckets<T> = { readonly widthMs: number; readonly all: readonly (T | undefined)[]; readonly at: (atMs: number) => T }

/**
 * Keeps a time of unknown length in at most `limit` buckets: when it outgrows them, neighbours are merged and the width doubles.
 * A bucket that nothing fell into stays undefined.
 */
export function growingBuckets<T>(options: { readonly widthMs: number; readonly limit: number; readonly create: () => T; readonly merge: (into: T, from: T) => void }): Buckets<T> {
  const { limit, create, merge } = options
  let { widthMs } = options
  let all: (T | undefined)[] = []
  const halve = () => {
    widthMs *= 2
    all = Array.from({ length: Math.ceil(all.length / 2) }, (_, i) => {
      const [first, second] = [all[2 * i], all[2 * i + 1]]
      if (first === undefined || second === undefined) return first ?? second
      merge(first, second)
      return first
    })
  }
  return {
    get widthMs() {
      return widthMs
    },
    get all() {
      return all
    },
    at: (atMs) => {
      while (Math.floor(atMs / widthMs) >= limit) halve()
      const index = Math.max(0, Math.floor(atMs / widthMs))
      // Filled up with undefined, since holes would be skipped by map and forEach.
      while (all.length <= index) all.push(undefined)
      return (all[index] ??= create())
    },
  }
}
