import fc from 'fast-check'
import { expect, test } from 'vitest'
import { itineraryOf } from './itinerary.ts'

const plan = fc.record({ dose: fc.integer({ min: 1, max: 600 }), concurrency: fc.integer({ min: 1, max: 40 }), seed: fc.nat(), firstRequest: fc.nat(1_000_000) })
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

test('which visit has a number is a matter of seed and number, not of dose or cycle', () => {
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
  for (const { share, requests } of visitsOf(itineraryOf({ dose: 10_000, concurrency: 10, seed: 4, firstRequest: 0 }, mix))) sent[share]! += requests
  expect(sent.map(requests => Math.round(requests / 100))).toEqual([30, 60, 10])
})

test('visits of one request each are as many as the dose, without counting them', () => {
  const { visits, at } = itineraryOf({ dose: 1e12, concurrency: 1, seed: 1, firstRequest: 0 }, [{ weight: 1, requests: 1 }])
  expect([visits, at(1e12 - 1)]).toEqual([1e12, { share: 0, requests: 1 }])
})
