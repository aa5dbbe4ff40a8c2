import { upperBound } from './intervals.ts'

/** Two rates between which the test decides, and how often it may be wrong about each. */
export type Design = {
  /** Survivors per request of an application that is as good as clean: called leaking at most as often as `alpha` says. */
  readonly clean: number
  /** Survivors per request that must not be missed: called clean at most as often as `beta` says. */
  readonly leaking: number
  readonly alpha: number
  readonly beta: number
}

/** One in a million is as good as none; one in ten thousand is found nineteen times of twenty. */
export const usualDesign: Design = { clean: 1e-6, leaking: 1e-4, alpha: 0.001, beta: 0.05 }

/** `accept`: clean, by this design. `reject`: leaking. `go on`: not enough requests for either. */
export type Sequential = {
  readonly kind: 'accept' | 'reject' | 'go on'
  /** Logarithm of the likelihood ratio, leaking over clean, and the two limits between which the test goes on. */
  readonly evidence: number
  readonly limits: { readonly accept: number; readonly reject: number }
  /** Fewer survivors per request than this, at 95 %: what the requests so far have bought. Infinite before the first. */
  readonly bound: number
  /** Requests without a further survivor after which it would be accepted. */
  readonly toAccept: number
}

/**
 * Sequential probability ratio test of a Poisson rate (Wald, "Sequential tests of statistical hypotheses", Annals of Mathematical Statistics 16, 1945): each survivor adds
 * ln(leaking / clean), each request takes leaking - clean away. To be asked at rest only: what is in flight is no survivor yet.
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
