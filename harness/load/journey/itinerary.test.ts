import fc from 'fast-check'
import { expect, test } from 'vitest'
import { baselineCycles, baselineDose } from '../../experiment/dose.ts'
import { shuffledDoses } from '../../scenario/profiles.ts'
import { itineraryOf } from './itinerary.ts'

const plan = fc.record({ dose: fc.integer({ min: 1, max: 600 }), concurrency: fc.integer({ min: 1, max: 40 }), seed: fc.nat(), cycle: fc.nat(50), firstRequest: fc.nat(1_000_000) })
const shares = fc.array(fc.record({ weight: fc.integer({ min: 1, max: 9 }), requests: fc.integer({ min: 1, max: 30 }) }), { minLength: 1, maxLength: 6 })

const visitsOf = ({ visits, at }: ReturnType<typeof itineraryOf>) => Array.from({ length: visits }, (_, i) => at(i))

test('visits add up to the dose, to the request, and each sends at least one', () => {
  fc.assert(
    fc.property(plan, shares, (given, mix) => {
      const visits = visitsOf(itineraryOf(given, mix))
      expect(visits.reduce((sum, { requests }) => sum + requests, 0)).toBe(given.dose)
      for (const { share, requests } of visits) {
        expect(requests).toBeGreaterThanOrEqual(1)
        expect(requests).toBeLessThanOrEqual(mix[share]!.requests)
      }
    }),
  )
})

test('there are as many visits as users, however small the dose, and whole ones wherever there are enough', () => {
  fc.assert(
    fc.property(plan, shares, (given, mix) => {
      const visits = visitsOf(itineraryOf(given, mix))
      expect(visits.length).toBeGreaterThanOrEqual(Math.min(given.concurrency, given.dose))
      const alone = visitsOf(itineraryOf({ ...given, concurrency: 1 }, mix))
      expect(alone.slice(0, -1).every(({ share, requests }) => requests === mix[share]!.requests)).toBe(true)
      expect(alone.length >= given.concurrency ? visits : alone).toEqual(alone)
    }),
  )
})

test('which visit has a number is a matter of seed and number, not of dose or cycle, where a cycle stands alone', () => {
  fc.assert(
    fc.property(plan, shares, fc.nat(50), (given, mix, later) => {
      const early = itineraryOf(given, mix)
      const late = itineraryOf({ ...given, dose: given.dose * 3, firstRequest: given.firstRequest + later }, mix)
      for (let i = later; i < Math.min(early.visits, late.visits + later); i++) expect(late.at(i - later).share).toBe(early.at(i).share)
    }),
  )
})

test('a weight is a share of the requests: long visits come as much less often', () => {
  const mix = [{ weight: 3, requests: 1 }, { weight: 6, requests: 10 }, { weight: 1, requests: 5 }]
  const sent = [0, 0, 0]
  for (const { share, requests } of visitsOf(itineraryOf({ dose: 10_000, concurrency: 10, seed: 4, cycle: 0, firstRequest: 0 }, mix))) sent[share]! += requests
  expect(sent.map(requests => Math.round(requests / 100))).toEqual([30, 60, 10])
})

const stretch = fc.record({ unit: fc.integer({ min: 20, max: 300 }), seed: fc.nat(), cycle: fc.nat(500), firstRequest: fc.nat(1_000_000), weights: fc.array(fc.constantFrom(1, 2, 5, 30, 100), { minLength: 2, maxLength: 8 }) })

test('over a stretch of cycles each route has its share, a rare one within three requests, and none is left out of a cycle that has room for all', () => {
  fc.assert(
    fc.property(stretch, ({ unit, seed, cycle, firstRequest, weights }) => {
      const doses = [unit, 0, 4 * unit, unit, 2 * unit]
      const shares = weights.map(weight => ({ weight, requests: 1 }))
      let first = firstRequest
      const sent = doses.map((dose, nth) => {
        const requests = weights.map(() => 0)
        for (const { share } of visitsOf(itineraryOf({ dose, concurrency: 6, seed, cycle: cycle + nth, firstRequest: first, stretch: { doses, nth } }, shares))) requests[share]!++
        expect(requests.reduce((sum, one) => sum + one, 0)).toBe(dose)
        first += dose
        return requests
      })
      const all = weights.reduce((sum, weight) => sum + weight, 0)
      for (const [route, weight] of weights.entries()) {
        const over = sent.reduce((sum, requests) => sum + requests[route]!, 0)
        expect(Math.abs(over - (weight / all) * 8 * unit)).toBeLessThanOrEqual((weight / all) * unit < 4 ? 3 : 8)
        const fewest = Math.min(...sent.filter((_, nth) => doses[nth]! > 0).map(requests => requests[route]!))
        expect(fewest).toBeGreaterThanOrEqual((weight / all) * unit >= 8 ? 1 : 0)
      }
    }),
  )
})

const ofARun = fc.record({ unit: fc.integer({ min: 12, max: 200 }), concurrency: fc.integer({ min: 4, max: 12 }), seed: fc.nat(), weights: fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 2, maxLength: 8 }) })

test('what each request of a route leaves fits no other: of those with four requests in a baseline cycle none has in all cycles of a run a whole multiple of another’s', () => {
  fc.assert(
    fc.property(ofARun, ({ unit, concurrency, seed, weights }) => {
      const shares = weights.map(weight => ({ weight, requests: 1 }))
      const inBaseline = baselineDose(unit, concurrency)
      const stretch = { doses: Array<number>(baselineCycles).fill(inBaseline) }
      const cycles = [...stretch.doses.map((dose, nth) => ({ dose, stretch: { ...stretch, nth } })), ...shuffledDoses(unit, seed).map(dose => ({ dose }))]
      let firstRequest = 0
      const sent = cycles.map((given, cycle) => {
        const requests = weights.map(() => 0)
        for (const { share } of visitsOf(itineraryOf({ ...given, concurrency: Math.min(concurrency, given.dose), seed, cycle, firstRequest }, shares))) requests[share]!++
        firstRequest += given.dose
        return requests
      })
      const all = weights.reduce((sum, weight) => sum + weight, 0)
      const common = weights.flatMap((weight, route) => ((weight / all) * inBaseline >= 4 ? [route] : []))
      const multiples = common.flatMap(one => common.filter(other => other !== one && isMultiple(sent.map(requests => [requests[one]!, requests[other]!] as const))))
      expect(multiples).toEqual([])
    }),
    { numRuns: 500 },
  )
})

const isMultiple = (pairs: readonly (readonly [number, number])[]): boolean => {
  const [over, under] = pairs.find(([, other]) => other > 0) ?? [0, 0]
  return Number.isInteger(over / under) && pairs.every(([one, other]) => one === (over / under) * other)
}

test('visits of one request each are as many as the dose, without counting them', () => {
  const { visits, at } = itineraryOf({ dose: 1e12, concurrency: 1, seed: 1, cycle: 0, firstRequest: 0 }, [{ weight: 1, requests: 1 }])
  expect([visits, at(1e12 - 1)]).toEqual([1e12, { share: 0, requests: 1 }])
})
