import { expect, test } from 'vitest'
import { faultsOf } from './faults.ts'

test.each([
  [{ broken: 0 }, []],
  [{ broken: 17, faults: { 1212: 14, 1220: 3 } }, ['14 refused', '3 reset']],
  [{ broken: 1_250, faults: { 1000: 3, 1201: 400, 1220: 847 } }, ['1247 reset', '3 left without a whole answer in HTTP']],
  [{ broken: 6, faults: { 1310: 2 } }, ['4 cut off as the load generator ended', '2 given up for a certificate that is not trusted']],
  [{ broken: 4 }, ['4 refused, reset or cut off']],
])('%j is told as %j', (dose, words) => expect(faultsOf(dose).map(({ word, times }) => `${times} ${word}`)).toEqual(words))
