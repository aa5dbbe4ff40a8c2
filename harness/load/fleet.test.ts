import { expect, test } from 'vitest'
import { fleetOf } from './fleet.ts'
import type { Generator, GeneratorEnd } from './generator.ts'
import { beside } from './rude/beside.ts'
import type { Sample } from './samples.ts'

const fine: GeneratorEnd = { exitCode: 0, trouble: null, tail: '' }
const startedOf = (request: string): Sample => ({ kind: 'started', atMs: 0, request, route: 'r', path: '/', lateMs: 0 })

/** Ends when it is told, or when it is killed. */
const generator = (changes: Partial<Generator> = {}) => {
  const end = Promise.withResolvers<GeneratorEnd>()
  const calls: string[] = []
  const made: Generator = {
    notReady: null,
    begin: async () => void calls.push('begin'),
    samples: async take => take(startedOf(String(calls.length))),
    ended: end.promise,
    kill: () => {
      calls.push('kill')
      end.resolve({ exitCode: null, trouble: 'killed by SIGKILL', tail: '' })
    },
    pids: [],
    cpuMs: () => [],
    ...changes,
  }
  return { generator: made, end: end.resolve, calls }
}

test('begins all at once, and gives the samples of all', async () => {
  const [a, b] = [generator(), generator()]
  const fleet = fleetOf([{ name: 'k6 1 of 2', generator: a.generator }, { name: 'k6 2 of 2', generator: b.generator }])
  await fleet.begin(AbortSignal.timeout(1_000))
  const samples: Sample[] = []
  await fleet.samples(sample => samples.push(sample))
  expect([a.calls, b.calls]).toEqual([['begin'], ['begin']])
  expect(samples).toHaveLength(2)
})

test('has ended only when the last has', async () => {
  const [a, b] = [generator(), generator()]
  const fleet = fleetOf([{ name: 'k6 1 of 2', generator: a.generator }, { name: 'k6 2 of 2', generator: b.generator }])
  a.end(fine)
  expect(await Promise.race([fleet.ended, Promise.resolve('not yet')])).toBe('not yet')
  b.end(fine)
  expect(await fleet.ended).toEqual(fine)
})

test('one that dies is named, and ends the others', async () => {
  const [a, b, c] = [generator(), generator(), generator()]
  const fleet = fleetOf([{ name: 'k6 1 of 3', generator: a.generator }, { name: 'k6 2 of 3', generator: b.generator }, { name: 'k6 3 of 3', generator: c.generator }])
  b.end({ exitCode: null, trouble: 'k6 was killed by SIGKILL', tail: 'its last words' })
  expect(await fleet.ended).toEqual({ exitCode: null, trouble: 'k6 2 of 3: k6 was killed by SIGKILL', tail: 'its last words' })
  expect([a.calls, c.calls]).toEqual([['kill'], ['kill']])
})

test('tells which k6 it was beside rude clients', async () => {
  const [polite, rude] = [generator(), generator()]
  const k6 = fleetOf([{ name: 'k6 1 of 2', generator: polite.generator }, { name: 'k6 2 of 2', generator: generator().generator }])
  const fleet = beside(k6, { ...rude.generator, follow: () => undefined }, 10)
  polite.end({ exitCode: null, trouble: 'k6 was killed by SIGKILL', tail: '' })
  expect(await fleet.ended).toMatchObject({ trouble: 'beside the rude clients: k6 1 of 2: k6 was killed by SIGKILL' })
})

test('is not ready where one is not', () => {
  const late = generator({ notReady: 'k6 was not ready after 300 ms' })
  expect(fleetOf([{ name: 'k6 1 of 2', generator: generator().generator }, { name: 'k6 2 of 2', generator: late.generator }]).notReady).toBe('k6 2 of 2: k6 was not ready after 300 ms')
})

test('of one is that one', () => {
  const { generator: only } = generator()
  expect(fleetOf([{ name: 'k6', generator: only }])).toBe(only)
})
