import { describe, expect, test } from 'vitest'
import { loadInvariants } from '../verdict/load-invariants.ts'
import { confirmation } from '../verdict/rest.ts'
import { patienceMs, stayMs } from '../verdict/thresholds.ts'
import { groups } from './curves.ts'
import { countTrials } from './experiment.ts'
import { experiments } from './experiments.ts'
import { healthy } from './healthy.ts'
import { leakKinds } from './leaks.ts'
import { simulate } from './simulate.ts'
import { jobsOf } from './simulator.ts'
import { exactCoverage } from './statistics.ts'
import { tableOf } from './table.ts'
import { planOf, toolsOf } from './trial.ts'

const invariants = await loadInvariants()

const counted = (experiment: string, cell: string, trials: number) => {
  const found = experiments.find(({ name }) => name === experiment)
  const one = found?.cells.find((other) => other.cell === cell)
  if (found === undefined || one === undefined) throw new Error(`no ${cell}`)
  return countTrials(found, one, { engine: 'test', seed: 3, from: 0, trials }, invariants)
}

test.each(experiments.flatMap(({ name, cells }) => (name === 'clean' ? cells.map(({ cell }) => cell) : [])))('%s: no false alarm in a few', (cell) => {
  expect(counted('clean', cell, 8)).toMatchObject({ counts: { pass: 8 } })
})

test.each(experiments.flatMap(({ name, cells }) => (name === 'blind' ? cells.map(({ cell }) => cell) : [])))('%s: never a pass', (cell) => {
  expect(counted('blind', cell, 8)).toMatchObject({ counts: { inconclusive: 8 } })
})

test.each(leakKinds)('%s: with each request it is found in every run', (kind) => {
  const { counts } = counted('recall', `${kind}, 1 per request`, 4)
  expect(counts).toMatchObject({ leak: 4 })
  expect(counts['owner wrong']).toBeUndefined()
})

test('a replication slot that the next requests take away is waited for, and so found', () => {
  expect(counted('recall', 'replication slot, 0.01 per request, healed on nudge', 6).counts).toMatchObject({ leak: 6 })
})

test('a plateau that is reached late passes, though a run asks after each load', () => {
  expect(counted('clean', 'H10 memory, threads and descriptors that rise to a plateau', 40).counts).toEqual({ pass: 40 })
})

test('a trial is known by its seed and number: the same bytes each time, others for another', () => {
  const trial = (seed: number, nth: number) => {
    const tools = toolsOf(seed, nth)
    const plan = planOf(tools, 160)
    const make = healthy['H02 a pool that renews its sessions by age']
    return JSON.stringify(simulate(make?.(tools.random, tools.pids, plan) ?? {}, plan, tools.random))
  }
  expect(trial(1, 7)).toBe(trial(1, 7))
  expect(trial(1, 7)).not.toBe(trial(1, 8))
  expect(trial(2, 7)).not.toBe(trial(1, 7))
})

test('the sequential test errs as seldom as it was designed to', () => {
  const of = (rate: string) => counted('sequential', rate, 2_000).counts
  expect(of('0.000001')['reject'] ?? 0).toBeLessThan(10)
  expect(of('0.0001')['accept'] ?? 0).toBeLessThan(130)
  expect(of('0.001')['reject']).toBe(2_000)
})

test.each(['0.5', '2', '10'])('around a mean of %s the intervals cover as often as a sum over all counts says', (about) => {
  const { counts, trials } = counted('coverage', about, 4_000)
  const { garwood, midP } = exactCoverage(Number(about))
  // Four standard errors of a share near 95 %.
  expect(Math.abs((counts['garwood'] ?? 0) / trials - garwood)).toBeLessThan(0.014)
  expect(Math.abs((counts['mid-P'] ?? 0) / trials - midP)).toBeLessThan(0.014)
  expect(garwood).toBeGreaterThan(0.95)
})

test('every trial that is asked for is in one stretch', () => {
  const jobs = jobsOf(100_000, 1, 'test')
  expect(jobs.filter(({ experiment }) => experiment === 'clean').reduce((sum, { trials }) => sum + trials, 0)).toBeGreaterThanOrEqual(100_000)
  expect(new Set(jobs.map((job) => JSON.stringify(job))).size).toBe(jobs.length)
})

describe('the table', () => {
  test('adds the stretches of a cell, with their intervals', () => {
    const row = { experiment: 'clean', cell: 'nothing but noise', engine: 'test', seed: 1, trials: 500 }
    expect(tableOf([{ ...row, from: 0, counts: { pass: 499, leak: 1 } }, { ...row, from: 500, counts: { pass: 500 } }]).slice(0, 3).join('\n')).toMatchInlineSnapshot(`
      "Healthy applications
                            timelines          false alarms (95 %)   inconclusive (95 %)
        nothing but noise       1,000   0.100 % (0.00253 to 0.556)      0 % (0 to 0.368)"
    `)
  })
})

describe('curves', () => {
  test.each(groups.flatMap(({ curves }) => curves.map((curve) => [curve.name, curve] as const)))('%s: the value in use is among those that are drawn', (_, { inUse, values }) => {
    expect(values).toContain(inUse)
  })

  test('no two count under one name', () => {
    const names = groups.flatMap(({ curves }) => curves.map(({ name }) => name))
    expect(new Set(names).size).toBe(names.length)
  })

  test('with the values in use a zombie is found, and no script that ends late is accused', () => {
    expect(counted('curves', 'rests | leaking: zombie', 3).counts).toMatchObject({ [`accused by so many looks in a row | ${confirmation}`]: 3, [`accused by a stay of so many milliseconds | ${stayMs}`]: 3 })
    expect(counted('curves', 'ages of processes | healthy: children that are reaped', 3).counts[`accused by a request’s process that outlives the load by so many milliseconds | ${patienceMs}`]).toBeUndefined()
  })

  test('the table tells each threshold with its values, and which is in use', () => {
    const row = { experiment: 'curves', cell: 'rests | leaking: zombie', engine: 'test', seed: 1, trials: 200, from: 0, counts: { 'accused by so many looks in a row | 1': 200, 'accused by so many looks in a row | 3': 100 } }
    const table = tableOf([row])
    expect(table.slice(table.indexOf('Accused by so many looks in a row')).slice(0, 3).join('\n')).toMatchInlineSnapshot(`
      "Accused by so many looks in a row
                              1     2      [3]
        leaking: zombie   100 %   0 %   50.0 %"
    `)
  })
})

test.each(leakKinds.filter((kind) => ['zombie', 'prepared transaction'].includes(kind)))('%s, which a collection heals, is told so', (kind) => {
  expect(counted('recall', `${kind}, 0.01 per request, healed at collection`, 3).counts['heal told']).toBe(3)
})
