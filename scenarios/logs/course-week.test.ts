import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { courseWeek } from './course-week.ts'

test('the log in the repository is what its script makes', () => {
  const file = readFileSync(join(import.meta.dirname, 'course-week.access.gz'))
  expect(gunzipSync(file).toString() === courseWeek()).toBe(true)
  expect(file.length).toBeLessThan(300_000)
})

test('it is of nobody: every address is one of those kept for documentation', () => {
  const addresses = new Set(courseWeek().split('\n').filter(Boolean).map(line => line.split(' ', 1)[0]!))
  expect([...addresses].filter(address => !/^(192\.0\.2\.|198\.51\.100\.|203\.0\.113\.|2001:db8::)/.test(address))).toEqual([])
  expect(addresses.size).toBeGreaterThan(100)
})
