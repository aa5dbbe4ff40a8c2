import { shareOfRude, type Rude } from '../../scenario/rude.ts'
import type { LoadPlan } from '../journey/plan.ts'

/** The rude clients' part of a cycle. `firstRequest` counts their requests alone; the numbers that requests carry go on from k6's. */
export type RudePlan = LoadPlan & { readonly firstNumber: number }

/**
 * Divides a cycle's dose between k6 and the rude clients. How much is whose depends on the share and on the requests before alone, and adds up over the run, so
 * that a share of 1 % comes to its own also where the doses are small. Both together have no more in flight at once than the plan says.
 */
export const partsOf = (plan: LoadPlan, rude: Rude | undefined): { readonly polite: LoadPlan; readonly rude: RudePlan | null } => {
  const share = rude === undefined ? 0 : shareOfRude(rude)
  const before = (requests: number) => Math.floor(requests * share)
  const rudeIn = (first: number, dose: number) => before(first + dose) - before(first)
  const dose = rudeIn(plan.firstRequest, plan.dose)
  if (dose === 0) return { polite: plan, rude: null }

  // Two at least: the half of a double submit would be none.
  const places = Math.max(2, Math.round(plan.concurrency * share))
  const stretch = plan.stretch && { nth: plan.stretch.nth, ...dividedDoses(plan.stretch, plan.firstRequest, rudeIn) }
  return {
    polite: { ...plan, ...(plan.arrivals && { arrivals: { ...plan.arrivals, perSecond: (plan.arrivals.perSecond * (plan.dose - dose)) / plan.dose } }), dose: plan.dose - dose, concurrency: Math.max(1, plan.concurrency - places), ...(stretch && { stretch: { nth: stretch.nth, doses: stretch.polite } }) },
    rude: { ...plan, dose, concurrency: places, firstRequest: before(plan.firstRequest), firstNumber: plan.firstRequest + plan.dose - dose, ...(stretch && { stretch: { nth: stretch.nth, doses: stretch.rude } }) },
  }
}

/** The cycles of a stretch follow each other. */
const dividedDoses = ({ doses, nth }: NonNullable<LoadPlan['stretch']>, firstRequest: number, rudeIn: (first: number, dose: number) => number) => {
  let first = firstRequest - doses.slice(0, nth).reduce((sum, dose) => sum + dose, 0)
  const rude = doses.map(dose => {
    const part = rudeIn(first, dose)
    first += dose
    return part
  })
  return { rude, polite: doses.map((dose, i) => dose - rude[i]!) }
}
