import type { Limits, Target } from 'lowtide'

/** One process, and no healthy request of its own takes a second: a run need not wait longer to be sure. */
export const usualLimits = { workers: 1, transactionMs: 1_000, processLingerMs: 1_000 } satisfies Limits

/** Every program has a request that takes one place of its pool, where a pool leaks, of that. */
export const capacity = { path: '/places', holdsMs: 300 } satisfies Target['capacity']

/** What a leaky exhibit's target runs as: with its leak, or with the real fix of it. */
export const leakyAndMended = { default: 'leaky', leaks: ['leaky'], by: { leaky: {}, mended: { ZOO_MENDED: '1' } } } satisfies Target['variants']
