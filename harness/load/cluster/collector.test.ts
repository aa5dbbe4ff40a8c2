import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { once } from 'node:events'
import { connect, type Server, type Socket } from 'node:net'
import { expect, test } from 'vitest'
import { fleetOf } from '../fleet.ts'
import type { Sample } from '../samples.ts'
import { openCollector } from './collector.ts'

const [run, token] = ['2026-11-26T033425Z-shop', 'a-token']

/** Speaks as k6-build/stream/remote.go does. `aheadMs`: of its clock. */
const generator = async (port: number, segment: string, { of = run, by = token, protocol = 2, aheadMs = 0 } = {}) => {
  const socket = connect(port, '127.0.0.1')
  await once(socket, 'connect')
  const micros = (ms = Date.now()) => Math.round((ms + aheadMs) * 1_000)
  socket.on('error', () => undefined).write(`lowtide,${protocol},${of},${segment},${by},${micros()}\nt,${micros()},0\n`)
  let heard = ''
  socket.setEncoding('latin1').on('data', (said: string) => (heard += said))
  const request = (id: string) => `s,${micros()},0.000,${id},page,/\ne,${micros()},1.500,${id},page,counted,200,0\n`
  const goodbye = (lines: number, code = 0, why = '') => socket.end(`x,${lines},${code},${why}\n`)
  return { socket, request, goodbye, heard: () => heard, isGone: () => gone(socket) }
}
const gone = (socket: Socket) => (socket.destroyed ? Promise.resolve() : once(socket, 'close'))
const soon = () => AbortSignal.timeout(2_000)
const open = (generators: number) => openCollector({ run, token, generators, port: 0 })

test('the generators of a load are there once all have come, are let go together, and their samples are one stream', async () => {
  await using collector = await open(2)
  const second = await generator(collector.port, '1/2:1')
  const assembled = collector.assembled(soon())
  expect(await Promise.race([assembled, Promise.resolve('not yet')])).toBe('not yet')
  const first = await generator(collector.port, '0:1/2')
  expect(await assembled).toBeNull()
  expect(collector.members().map(({ name }) => name)).toEqual(['k6 1 of 2', 'k6 2 of 2'])

  const fleet = fleetOf(collector.members())
  const requests: string[] = []
  const samples = fleet.samples(sample => void requests.push(`${sample.kind} ${sample.request}`))
  expect(first.heard()).not.toContain('go')
  await fleet.begin(soon())
  await Promise.all([first, second].map(async ({ socket, heard }) => {
    while (!heard().includes('go\n')) await once(socket, 'data')
  }))
  first.socket.write(first.request('0-0'))
  second.socket.write(`${second.request('0-1')}t,${Date.now() * 1_000},0\n${second.request('0-2')}`)
  first.goodbye(2)
  second.goodbye(4)
  expect(await fleet.ended).toEqual({ exitCode: 0, trouble: null, tail: '' })
  await samples
  expect(requests.toSorted()).toEqual(['ended 0-0', 'ended 0-1', 'ended 0-2', 'started 0-0', 'started 0-1', 'started 0-2'])
})

test('samples are dated by our clock, however wrong that of their machine is', async () => {
  await using collector = await open(1)
  const { socket, request, goodbye } = await generator(collector.port, '0:1', { aheadMs: -3_600_000 })
  await collector.assembled(soon())
  const [{ generator: only } = { generator: null }] = collector.members()
  const samples: Sample[] = []
  const read = only!.samples(sample => samples.push(sample))
  socket.write(request('0-0'))
  goodbye(2)
  await read
  for (const { atMs } of samples) expect(Math.abs(atMs - Date.now())).toBeLessThan(1_000)
  expect(samples).toHaveLength(2)
})

test('one that goes without a goodbye is named, and ends the others', async () => {
  await using collector = await open(2)
  const [first, second] = [await generator(collector.port, '0:1/2'), await generator(collector.port, '1/2:1')]
  await collector.assembled(soon())
  const fleet = fleetOf(collector.members())
  void fleet.samples(() => undefined)
  second.socket.resetAndDestroy()
  expect(await fleet.ended).toMatchObject({ trouble: 'k6 2 of 2: its connection ended (ECONNRESET) before its load had: it was killed or evicted, or lost its network' })
  await first.isGone()
})

test.each<[string, (port: number) => Promise<unknown>, string]>([
  ['twice', (port) => generator(port, '0:1/2'), 'k6 1 of 2 came twice'],
  ['for a segment that there is none of', (port) => generator(port, '1/3:2/3'), 'a generator came for segment 1/3:2/3, which is none of 0:1/2, 1/2:1'],
])('one that comes %s is named, and ends the load', async (_, comes, why) => {
  await using collector = await open(2)
  const first = await generator(collector.port, '0:1/2')
  await comes(collector.port)
  expect(await collector.assembled(soon())).toBe(why)
  expect(collector.intruder()).toBe(why)
  await first.isGone()
})

test('one that comes late, while the load is on, ends it as well', async () => {
  await using collector = await open(1)
  const first = await generator(collector.port, '0:1')
  expect(await collector.assembled(soon())).toBeNull()
  await generator(collector.port, '0:1')
  await first.isGone()
  expect(collector.intruder()).toBe('k6 1 of 1 came twice')
})

test.each([
  ['another run', { of: 'another-run' }, 'a generator of another run, another-run'],
  ['another load of the same run', { by: 'b-token' }, 'a generator of another load of this run, for segment 1/2:1'],
  ['another protocol', { protocol: 7 }, 'a generator that speaks protocol 7, and Lowtide here 2: build its image anew from harness/load/k6-build'],
])('one of %s is refused with the reason, and the load goes on without it', async (_, stray, why) => {
  await using collector = await open(2)
  const first = await generator(collector.port, '0:1/2')
  const refused = await generator(collector.port, '1/2:1', stray)
  await refused.isGone()
  expect(refused.heard()).toBe(`no ${why}\n`)
  expect(await collector.assembled(AbortSignal.timeout(20))).toBe(`k6 2 of 2 never came (refused: ${why})`)
  await generator(collector.port, '1/2:1')
  expect(await collector.assembled(soon())).toBeNull()
  const late = await generator(collector.port, '1/2:1', stray)
  await late.isGone()
  expect([collector.intruder(), first.socket.destroyed]).toEqual([null, false])
})

test('of ever other strays the first are told', async () => {
  await using collector = await open(1)
  for (let nth = 0; nth < 5; nth++) await (await generator(collector.port, '0:1', { of: `run-${nth}` })).isGone()
  expect(await collector.assembled(AbortSignal.timeout(20))).toBe('k6 1 of 1 never came (refused: a generator of another run, run-0; a generator of another run, run-1; a generator of another run, run-2)')
})

test('one that falls silent is named, though its connection stands', async () => {
  await using collector = await openCollector({ run, token, generators: 1, port: 0, patienceMs: 60 })
  const { isGone } = await generator(collector.port, '0:1')
  await collector.assembled(soon())
  const [{ generator: only } = { generator: null }] = collector.members()
  expect(await only!.ended).toMatchObject({ trouble: 'nothing came from it for 0.06 s' })
  await isGone()
})

test('each word of its clock is answered, so that it knows of us', async () => {
  await using collector = await open(1)
  const { socket, heard } = await generator(collector.port, '0:1')
  socket.write(`t,${Date.now() * 1_000},2500000\n`)
  while (heard().length < 2) await once(socket, 'data', { signal: soon() })
  expect(heard()).toBe('\n\n')
  expect(collector.members().map(({ generator: { cpuMs } }) => cpuMs())).toEqual([[2_500]])
})

test('those that never come are named', async () => {
  await using collector = await open(4)
  const one = await generator(collector.port, '1/4:1/2')
  const stranger = connect(collector.port, '127.0.0.1')
  stranger.on('error', () => undefined).write('GET / HTTP/1.1\r\n\r\n')
  await gone(stranger)
  expect(await collector.assembled(AbortSignal.timeout(20))).toBe('k6 1 of 4, k6 3 of 4, k6 4 of 4 never came (refused: 1 other, which is no generator)')
  expect(one.socket.destroyed).toBe(false)
})

test('a connection that cannot be taken, as for want of descriptors, does not end the process: whom it may have kept out is told with it', async () => {
  let server: Server | undefined
  const seen = (message: unknown) => void ({ server } = message as { server: Server })
  subscribe('tracing:net.server.listen:asyncStart', seen)
  await using collector = await open(1)
  unsubscribe('tracing:net.server.listen:asyncStart', seen)
  // As Node does when accept(2) fails.
  server!.emit('error', Object.assign(new Error('accept ENFILE'), { code: 'ENFILE', syscall: 'accept' }))
  expect(await collector.assembled(AbortSignal.timeout(20))).toBe('k6 1 of 1 never came (a connection could not be taken: accept ENFILE)')
  await generator(collector.port, '0:1')
  expect(await collector.assembled(soon())).toBeNull()
})

test('one that dies before all have come ends the wait', async () => {
  await using collector = await open(3)
  const { socket } = await generator(collector.port, '0:1/3')
  const assembled = collector.assembled(soon())
  await generator(collector.port, '1/3:2/3')
  socket.end()
  expect(await assembled).toMatch(/^k6 1 of 3: its connection ended/)
})

test.each<[string, string, string, string]>([
  ['its journey threw', 'x,0,108,test%20aborted:%20visit%203%20threw\n', 'k6 ended with exit code 108: the journey stopped it, or threw in a request', 'test aborted: visit 3 threw'],
  ['a line was lost on the way', 'x,5,0,\n', 'of 5 lines that it sent 0 have come', ''],
  ['it says what nobody knows', 'q,what\n', 'k6 sent a line that Lowtide does not know: q,what', ''],
  ['it sends requests before it may', 's,1,0.000,0-0,page,/\n', 'it sent requests before it was let go', ''],
])('%s: its end says so', async (_, said, trouble, tail) => {
  await using collector = await open(1)
  const { socket } = await generator(collector.port, '0:1')
  await collector.assembled(soon())
  const [{ generator: only } = { generator: null }] = collector.members()
  socket.end(said)
  expect(await only!.ended).toMatchObject({ trouble, tail })
})

test('a port that is taken is told with the way out', async () => {
  await using taken = await open(1)
  await expect(openCollector({ run, token, generators: 1, port: taken.port })).rejects.toThrow(/^no collector can be opened on port \d+: it is taken; name another as load\.cluster\.port$/)
})
