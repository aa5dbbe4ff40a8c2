import { upperBound } from './intervals.ts'

/** The two rates between which the test decides, and how often it may be wrong about each. */
export type Design = {
  /** Survivors per request of an application that is as good as clean. It is called leaking with a probability of at most `alpha`. */
  readonly clean: number
  /** Survivors per request that must not be missed. An application that leaves as many is called clean with a probability of at most `beta`. */
  readonly leaking: number
  readonly alpha: number
  readonly beta: number
}

/** One in a million is as good as none; one in ten thousand is found nineteen times out of twenty. */
export const usualDesign: Design = { clean: 1e-6, leaking: 1e-4, alpha: 0.001, beta: 0.05 }

/** `accept`: clean, by this design. `reject`: leaking. `go on`: not enough requests for either. */
export type Sequential = {
  readonly kind: 'accept' | 'reject' | 'go on'
  /** Logarithm of the likelihood ratio, leaking over clean, and the two limits between which the test goes on. */
  readonly evidence: number
  readonly limits: { readonly accept: number; readonly reject: number }
  /** The upper bound at 95 % on survivors per request: what the requests so far have proved. Infinite before the first. */
  readonly bound: number
  /** How many more requests without a survivor until it is accepted. */
  readonly toAccept: number
}

/**
 * Sequential probability ratio test of a Poisson rate (Wald, "Sequential tests of statistical hypotheses", Annals of Mathematical Statistics 16, 1945): each survivor adds ln(leaking /
 * clean) to the evidence, each request takes leaking - clean away. Only to be asked at rest: what is in flight is no survivor yet.
 */
export function sequentialTest(survivors: number, requests: number, { clean, leaking, alpha, beta }: Design = usualDesign): Sequential {
  const evidence = survivors * Math.log(leaking / clean) - requests * (leaking - clean)
  const limits = { accept: Math.log(beta / (1 - alpha)), reject: Math.log((1 - beta) / alpha) }
  return {
    kind: evidence <= limits.accept ? 'accept' : evidence >= limits.reject ? 'reject' : 'go on',
    evidence,
    limits,
    bound: upperBound(survivors) / requests,
    toAccept: Math.max(0, Math.ceil((evidence - limits.accept) / (leaking - clean))),
  }
}
