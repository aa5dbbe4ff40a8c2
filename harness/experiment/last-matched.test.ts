import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { lastMatchedOf } from './last-matched.ts'

let reports = ''
beforeEach(() => void (reports = mkdtempSync(join(tmpdir(), 'last-matched-'))))
afterEach(() => rmSync(reports, { recursive: true, force: true }))

const zombies = { name: 'init reaps nothing', invariant: 'no zombie stays', reason: 'process 1 of the image is a shell' }
const locks = { name: 'leader lock', invariant: 'no advisory lock stays', reason: 'the leader keeps it' }

function ran(folder: string, findings: unknown): void {
  mkdirSync(join(reports, folder))
  writeFileSync(join(reports, folder, 'findings.json'), typeof findings === 'string' ? findings : JSON.stringify({ findings }))
}

const daysOf = async () => (await lastMatchedOf([zombies, locks], { reports, scenario: 'shop' })).map(({ lastMatched }) => lastMatched)

test('the day is that of the latest run of this scenario in which it hid a finding', async () => {
  ran('2026-11-20T010000Z-shop', [{ invariant: 'no zombie stays', suppression: zombies.name }, { suppression: locks.name }])
  ran('2026-11-22T010000Z-shop', [{ invariant: 'no zombie stays', suppression: zombies.name }])
  ran('2026-11-23T010000Z-shop', [{ invariant: 'no zombie stays', kind: 'pass' }])
  ran('2026-11-24T010000Z-board', [{ suppression: zombies.name }])
  expect(await daysOf()).toEqual(['2026-11-22', '2026-11-20'])
})

test('where there is no run, or none that can be read, none has ever matched', async () => {
  expect(await daysOf()).toEqual([null, null])
  ran('2026-11-20T010000Z-shop', '{"findings": [')
  mkdirSync(join(reports, '2026-11-21T010000Z-shop'))
  expect(await daysOf()).toEqual([null, null])
  expect(await lastMatchedOf([zombies], { reports: join(reports, 'nowhere'), scenario: 'shop' })).toEqual([{ ...zombies, lastMatched: null }])
})
