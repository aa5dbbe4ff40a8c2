import { expect, test } from 'vitest'
import { segmentsOf } from './segments.ts'

test('segments are called as k6 calls them', () => {
  expect(segmentsOf(1)).toEqual(['0:1'])
  expect(segmentsOf(4)).toEqual(['0:1/4', '1/4:1/2', '1/2:3/4', '3/4:1'])
  expect(segmentsOf(6)).toEqual(['0:1/6', '1/6:1/3', '1/3:1/2', '1/2:2/3', '2/3:5/6', '5/6:1'])
})
