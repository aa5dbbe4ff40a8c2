import fc from 'fast-check'
import { expect, test } from 'vitest'
import { addRude, type RudeSums } from './rude-sums.ts'

const told: fc.Arbitrary<RudeSums> = fc.uniqueArray(
  fc.record({
    manner: fc.constantFrom('abort mid-body', 'slow reader', 'half close'),
    planned: fc.nat(100),
    performed: fc.nat(100),
    notes: fc.uniqueArray(fc.record({ note: fc.constantFrom('too short', 'too late'), acts: fc.nat(100) }), { selector: ({ note }) => note }),
  }),
  { selector: ({ manner }) => manner },
)

test('the sums of a run are those of its cycles, in whatever stretches they are added up', () => {
  fc.assert(
    fc.property(fc.array(told), fc.nat(), (cycles, at) => {
      const sumOf = (all: readonly RudeSums[]) => {
        const { add, sums } = addRude()
        for (const manners of all) add({ manners })
        return sums()
      }
      const cut = at % (cycles.length + 1)
      expect(sumOf([sumOf(cycles.slice(0, cut)), sumOf(cycles.slice(cut))])).toEqual(sumOf(cycles))
      for (const { manner, planned, performed } of sumOf(cycles)) {
        const of = cycles.flatMap(one => one.filter(told => told.manner === manner))
        expect([planned, performed]).toEqual([of.reduce((sum, one) => sum + one.planned, 0), of.reduce((sum, one) => sum + one.performed, 0)])
      }
    }),
  )
})
