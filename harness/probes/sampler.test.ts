import { expect, test } from 'vitest'
import type { Beat, Blind } from '../timeline/entry.ts'
import type { Reader } from './probe.ts'
import { startSampler } from './sampler.ts'

const reader = (beat: Reader['beat'], look: Reader['look'] = async (signal) => ({ counters: await beat(signal), members: [] })): Reader => ({ beat, look, [Symbol.asyncDispose]: async () => {} })

function sampled(readers: Record<string, Reader>, { everyMs = 5, signal = new AbortController().signal } = {}) {
  const recorded: (Beat | Blind)[] = []
  const sampler = startSampler({ readers, everyMs, record: (happening) => recorded.push(happening), onBeat: () => {}, others: () => ({ 'load.in-flight': 0 }), signal, beatWithinMs: 40, lookWithinMs: 40 })
  const until = (beats: number) => expect.poll(() => recorded.filter(({ kind }) => kind === 'beat').length, { interval: 2 }).toBeGreaterThanOrEqual(beats)
  return { sampler, recorded, until, beats: () => recorded.filter((one): one is Beat => one.kind === 'beat') }
}

test('a beat tells what changed, and only that', async () => {
  let n = 0
  const { sampler, beats, until } = sampled({ a: reader(async () => ({ 'a.counted': n++ < 2 ? 1 : 2, 'a.constant': 7 })) })
  await until(4)
  await sampler[Symbol.asyncDispose]()
  expect(beats().slice(0, 4).map(({ counters }) => counters)).toEqual([{ 'load.in-flight': 0, 'a.counted': 1, 'a.constant': 7 }, {}, { 'a.counted': 2 }, {}])
  expect(sampler.latest()).toEqual({ 'load.in-flight': 0, 'a.counted': 2, 'a.constant': 7 })
})

test('a probe that fails is missing from the beat by name; the others are not', async () => {
  const { sampler, beats, until } = sampled({ good: reader(async () => ({ good: 1 })), bad: reader(() => Promise.reject(new Error('cut'))) })
  await until(2)
  await sampler[Symbol.asyncDispose]()
  expect(beats()[0]).toMatchObject({ missed: ['bad'], counters: { good: 1 } })
})

test('five failures in a row are blindness, told once with its reason; fewer are a busy machine', async () => {
  let n = 0
  const { sampler, recorded, until } = sampled({ shaky: reader(async () => (n++ % 5 === 4 ? { shaky: 1 } : Promise.reject(new Error('late')))), dead: reader(() => Promise.reject(new Error('cut\nat line 2'))) })
  await until(15)
  await sampler[Symbol.asyncDispose]()
  expect(recorded.filter(({ kind }) => kind === 'blind')).toEqual([{ kind: 'blind', probe: 'dead', reason: 'cut' }])
})

test('a probe that never answers and heeds no signal costs its own answers, and neither the beat nor the end of the run', async () => {
  const { sampler, beats, until } = sampled({ good: reader(async () => ({ good: 1 })), stuck: reader(() => new Promise(() => {})) })
  await until(2)
  expect(beats()[0]).toMatchObject({ missed: ['stuck'], counters: { good: 1 } })
  expect((await sampler.look()).partial).toEqual([{ probe: 'stuck', reason: expect.stringMatching(/timeout|40 ms/) }])
  const beganMs = performance.now()
  await sampler[Symbol.asyncDispose]()
  expect(performance.now() - beganMs).toBeLessThan(200)
})

test('a look names the probes that gave no answer, with their reasons', async () => {
  const { sampler } = sampled({ good: reader(async () => ({ good: 1 })), bad: reader(() => Promise.reject(new Error('cut'))) })
  expect(await sampler.look()).toEqual({ counters: { 'load.in-flight': 0, good: 1 }, members: [], partial: [{ probe: 'bad', reason: 'cut' }] })
  await sampler[Symbol.asyncDispose]()
})

test('an interrupted run records nothing more, no blindness either', async () => {
  const interrupt = new AbortController()
  const { sampler, recorded, until } = sampled({ slow: reader((signal) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))) }, { signal: interrupt.signal })
  await until(1)
  interrupt.abort(new Error('interrupted'))
  await sampler[Symbol.asyncDispose]()
  const then = recorded.length
  await new Promise((resolve) => setTimeout(resolve, 60))
  expect(recorded.length).toBe(then)
  expect(recorded.filter(({ kind }) => kind === 'blind')).toEqual([])
})
