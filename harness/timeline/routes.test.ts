import { expect, test } from 'vitest'
import { namedAmong, otherRoutes } from './routes.ts'

test('a route keeps its name, and one too many is another', () => {
  const named = namedAmong(new Set(), 2)
  expect(['a', 'b', 'a', 'c', 'b', 'd'].map(named)).toEqual(['a', 'b', 'a', otherRoutes, 'b', otherRoutes])
})

test('those of earlier cycles are known', () => {
  const known = new Set<string>()
  namedAmong(known, 2)('a')
  expect(['b', 'c', 'a'].map(namedAmong(known, 2))).toEqual(['b', otherRoutes, 'a'])
})
