import { mkdtemp, readdir, readFile, readlink, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Dose } from '../timeline/entry.ts'
import { openTape, tapeMark, type ReplayLoad } from './tape.ts'

let dir = ''
beforeAll(async () => void (dir = await mkdtemp(join(tmpdir(), 'tape-'))))
afterAll(() => rm(dir, { recursive: true, force: true }))

/** A request each ten seconds, to pages 0 to 9, and one that changes something. */
const log = [...Array.from({ length: 10 }, (_, n) => `192.0.2.1 - - [26/Nov/2026:01:0${Math.floor(n / 6)}:${(n % 6) * 10 || '00'} +0000] "GET /page/${n}?token=$&${n} HTTP/1.1" 200 1`), '192.0.2.1 - - [26/Nov/2026:01:01:05 +0000] "POST /page HTTP/1.1" 200 1'].join('\n')

/** Ends no test's waiting. */
const patience = new AbortController().signal

const open = async (more: Partial<ReplayLoad> = {}, text = log, signal = patience) => {
  await writeFile(join(dir, 'access.txt'), text)
  await writeFile(join(dir, 'journey.js'), `const tape = "${tapeMark}"; export default tape\n//# sourceMappingURL=`)
  const tape = await openTape({ load: { kind: 'replay', log: 'access.txt', ...more }, scenarioDir: dir, script: join(dir, 'journey.js'), signal })
  let cycle = 0
  return {
    ...tape,
    /** Moment and path of each request of the next cycle. */
    next: async (dose: number, role: Dose['role'] = 'measured') => {
      const script = await readFile(await tape.cut({ dose, cycle: cycle++ }, role, patience), 'utf8')
      const [, literal = ''] = /^const tape = (".*"); export default tape\n/.exec(script) ?? []
      return (JSON.parse(literal) as string).split('\n').slice(1).map(line => line.split('\t')).map(([moment, , , , path]) => `${moment} ${path?.split('?')[0]}`)
    },
  }
}

test('cycles take consecutive stretches of the log, each with its gaps and from its own beginning', async () => {
  const tape = await open()
  expect(await tape.next(3)).toEqual(['0 /page/0', '10000 /page/1', '20000 /page/2'])
  expect(await tape.next(2)).toEqual(['0 /page/3', '10000 /page/4'])
  expect(tape.meanGapMs).toBe(10_000)
})

test('gaps are as many times shorter as is asked for, and what is too long is cut', async () => {
  expect(await (await open({ speed: 100 })).next(3)).toEqual(['0 /page/0', '100 /page/1', '200 /page/2'])
  expect(await (await open({ longestGapMs: 700 })).next(3)).toEqual(['0 /page/0', '700 /page/1', '1400 /page/2'])
})

test('a warm-up has no gaps', async () => {
  expect(await (await open()).next(2, 'warm-up')).toEqual([' /page/0', ' /page/1'])
})

test('at its end the log begins again, a gap after its last request', async () => {
  const tape = await open({ speed: 10 })
  await tape.next(8)
  expect(await tape.next(4)).toEqual(['0 /page/8', '1000 /page/9', '2000 /page/0', '3000 /page/1'])
})

test('where it may not begin again, the run is told how much there was', async () => {
  const tape = await open({ loops: 2 })
  await tape.next(15)
  await expect(tape.next(7)).rejects.toThrow(/is through: 20 requests of it were replayed, 2 times over, and cycle 1 asks for 2 more\. Raise load\.loops, or lower the dose\./)
})

test.each(['access.txt', 'access.gz'])('of a log that is not through at the end, %s, no descriptor stays', async file => {
  const long = `${log}\n`.repeat(3_000)
  await writeFile(join(dir, 'access.gz'), gzipSync(long))
  const isOpen = async () => (await Promise.all((await readdir('/proc/self/fd')).map(fd => readlink(`/proc/self/fd/${fd}`).catch(() => '')))).includes(join(dir, file))
  {
    await using tape = await open({ log: file }, long)
    await tape.next(3)
    expect(await isOpen()).toBe(true)
  }
  expect(await isOpen()).toBe(false)
})

test('a log that has been emptied of what can be replayed is gone through no longer than the run lasts', async () => {
  const tape = await open()
  await writeFile(join(dir, 'access.txt'), log.replaceAll('GET', 'POST'))
  await expect(tape.cut({ dose: 1, cycle: 0 }, 'measured', AbortSignal.timeout(50))).rejects.toThrow(expect.objectContaining({ name: 'TimeoutError' }))
})

test('a log is not read to its end where the run has been interrupted', async () => {
  await expect(open({}, log, AbortSignal.abort(new Error('interrupted by SIGINT')))).rejects.toThrow('interrupted by SIGINT')
})

test('a log with nothing to replay is refused with its reasons', async () => {
  await expect(open({ methods: ['DELETE'] })).rejects.toThrow(/holds no request to replay: of 11 lines, 11 changes things/)
})

test('no secret comes into the script', async () => {
  const tape = await open()
  const script = await readFile(await tape.cut({ dose: 10, cycle: 0 }, 'measured', patience), 'utf8')
  expect(script.match(/\?token=\*\*\*&\d/g)).toHaveLength(10)
})
