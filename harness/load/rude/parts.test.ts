import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { SingleRequest, Visit } from '../journey/journey.ts'
import { shareOfRude, type Rude } from '../../scenario/rude.ts'
import type { LoadPlan } from '../journey/plan.ts'
import { dawdlingManners } from '../../timeline/routes.ts'
import { actsOf } from './acts.ts'
import { mannersOf, nameOf } from './manners.ts'
import { partsOf } from './parts.ts'

const plan: LoadPlan = { dose: 100, concurrency: 8, seed: 1, cycle: 0, firstRequest: 0, baseUrl: 'http://x', requestTimeoutMs: 1_000, thinkScale: 1 }
const rude: Rude = { aborts: { midBody: 0.03, headers: 0.02 }, doubleSubmit: 0.05, connectionChurn: { share: 0.1, requests: 5 } }
const visits: readonly Visit[] = [
  { name: 'read', weight: 3, request: (random, n) => ({ path: `/read/${n}?q=${random.between(1, 1_000)}` }) },
  { name: 'write', weight: 1, request: (random, n) => ({ path: `/write/${n}`, method: 'POST', body: `a=${random.between(1, 1_000)}` }) },
]

const doses = fc.array(fc.integer({ min: 0, max: 300 }), { minLength: 1, maxLength: 12 })

/** The cycles of a run, one after the other. */
const cyclesOf = (all: readonly number[], seed = 1) => {
  let firstRequest = 0
  return all.map((dose, cycle) => {
    const parts = partsOf({ ...plan, dose, cycle, seed, firstRequest, stretch: { doses: all, nth: cycle } }, rude)
    firstRequest += dose
    return parts
  })
}

describe('a dose that is divided between k6 and the rude clients', () => {
  test('stays what it was, to the request, in every cycle and in each cycle of its stretch', () => {
    fc.assert(
      fc.property(doses, all => {
        for (const [cycle, { polite, rude: part }] of cyclesOf(all).entries()) {
          expect(polite.dose + (part?.dose ?? 0)).toBe(all[cycle])
          if (part === null) continue
          expect(polite.stretch!.doses.map((dose, i) => dose + part.stretch!.doses[i]!)).toEqual(all)
          expect([polite.stretch!.doses[cycle], part.stretch!.doses[cycle]]).toEqual([polite.dose, part.dose])
        }
      }),
    )
  })

  test('comes to the share that was asked for over the run, however small its doses are', () => {
    fc.assert(
      fc.property(doses, all => {
        const total = all.reduce((sum, dose) => sum + dose, 0)
        const sent = cyclesOf(all).reduce((sum, { rude: part }) => sum + (part?.dose ?? 0), 0)
        expect(Math.abs(sent - total * shareOfRude(rude))).toBeLessThanOrEqual(1)
      }),
    )
  })

  test('has no more in flight at once than the plan says', () => {
    fc.assert(
      fc.property(fc.integer({ min: 3, max: 100 }), concurrency => {
        const { polite, rude: part } = partsOf({ ...plan, concurrency }, rude)
        expect(polite.concurrency + part!.concurrency).toBeLessThanOrEqual(concurrency)
      }),
    )
  })

  test('is all of k6 where nobody misbehaves', () => {
    expect(partsOf(plan, undefined)).toEqual({ polite: plan, rude: null })
  })

  test('arrives at the rate that was asked for, the rude among it', () => {
    const { polite } = partsOf({ ...plan, arrivals: { perSecond: 50 } }, rude)
    expect(polite.arrivals).toEqual({ perSecond: 40 })
  })
})

describe('the acts of a cycle', () => {
  const all = (dose: number, seed = 1) => actsOf(partsOf({ ...plan, dose, seed }, rude).rude!, rude, visits)

  test('send exactly the rude part of the dose, under numbers that no other request has', () => {
    fc.assert(
      fc.property(fc.integer({ min: 5, max: 2_000 }), fc.integer(), (dose, seed) => {
        const parts = partsOf({ ...plan, dose, seed }, rude)
        const ids = actsOf(parts.rude!, rude, visits).flatMap(({ requests }) => requests.map(({ id }) => id))
        expect(ids).toEqual(Array.from({ length: parts.rude!.dose }, (_, k) => `0-${parts.polite.dose + k}`))
      }),
      { numRuns: 30 },
    )
  })

  test('are the same for the same seed, and others for another', () => {
    expect(all(2_000)).toEqual(all(2_000))
    expect(all(2_000)).not.toEqual(all(2_000, 2))
  })

  test('keep the shares of the manners, and of the routes within each', () => {
    const sent: Record<string, number> = {}
    for (const { route, requests } of all(10_000)) sent[route] = (sent[route] ?? 0) + requests.length
    const expected = { 'read · abort mid-body': 225, 'write · abort mid-body': 75, 'read · abort after headers': 150, 'write · abort after headers': 50, 'read · double submit': 375, 'write · double submit': 125, 'read · connection churn': 750, 'write · connection churn': 250 }
    expect(Object.keys(sent).filter(route => route.includes('·')).toSorted()).toEqual(Object.keys(expected).toSorted())
    for (const [route, requests] of Object.entries(expected)) expect(Math.abs(sent[route]! - requests)).toBeLessThanOrEqual(15)
  })

  test('send one form twice where they submit it twice, and different requests where they churn', () => {
    const acts = all(2_000)
    const twice = acts.filter(({ manner }) => manner.kind === 'double submit')
    expect(twice.length).toBeGreaterThan(5)
    for (const { requests: [first, second] } of twice) expect(second!.request).toEqual({ ...first!.request, headers: { 'x-request-id': second!.id } })
    for (const { requests } of acts.filter(({ manner }) => manner.kind === 'connection churn')) expect(new Set(requests.map(({ request }) => request.path)).size).toBe(requests.length)
  })

  test('carry their ids where the load wants them, and are recorded as they were described', () => {
    const [act] = actsOf({ ...partsOf(plan, rude).rude!, requestId: { parameter: 'rid' } }, rude, visits)
    const { id, path, request } = act!.requests[0]!
    expect([path.includes('rid='), request.path.endsWith(`rid=${id}`)]).toEqual([false, true])
  })

  test('that the end of the dose leaves no room for are plain requests of their route', () => {
    const lone = { ...partsOf(plan, rude).rude!, dose: 1 }
    expect(actsOf(lone, { doubleSubmit: 0.5 }, visits)).toMatchObject([{ manner: { kind: 'plain' }, route: expect.stringMatching(/^(read|write)$/) }])
  })
})

describe('rude clients are refused', () => {
  const walk: Visit = { name: 'editor', requests: 3, steps: function* () {} }
  const hangsUp: SingleRequest = { name: 'leaver', request: () => ({ path: '/', abortAfterMs: 50 }) }
  test.each<[string, Rude, readonly Visit[], string]>([
    ['a load of walks alone', { halfClose: 0.1 }, [walk], 'the load has no visit of one request: rude clients cannot walk through the steps of others, which are left to k6'],
    ['a route that there is none of', { halfClose: 0.1, routes: ['red'] }, [walk, ...visits], 'no visit of one request is called "red"; there are "read", "write"'],
    ['a walk by its name', { halfClose: 0.1, routes: ['editor'] }, [walk, ...visits], 'no visit of one request is called "editor"; there are "read", "write"'],
    ['a body to keep back where there is none', { bodyNeverSent: { share: 0.1, silentMs: 10 }, routes: ['read'] }, visits, 'body never sent finds no route to be done to: it needs one that has a body, among read'],
    ['clients that hang up by themselves', { halfClose: 0.1 }, [hangsUp], 'half close finds no route to be done to: it needs one without abortAfterMs'],
  ])('%s', (_, asked, those, said) => {
    expect(() => actsOf(partsOf(plan, asked).rude!, asked, those)).toThrow(said)
  })
})

test('the manners that dawdle are called what thresholds know them by', () => {
  const all = mannersOf({ slowReader: { share: 0.1, bytesPerSecond: 1 }, headerDrip: { share: 0.1, bytesPerSecond: 1 }, bodyNeverSent: { share: 0.1, silentMs: 1 } })
  expect(all.map(({ manner }) => nameOf(manner)).toSorted()).toEqual([...dawdlingManners].toSorted())
})
