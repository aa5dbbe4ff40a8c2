import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { runToItsEnd } from './target-command.ts'

let dir = ''
beforeAll(async () => void (dir = await mkdtemp(join(tmpdir(), 'target-command-'))))
afterAll(() => rm(dir, { recursive: true, force: true }))

const running = (script: string, signal = new AbortController().signal) => runToItsEnd('The seed command of "shop"', ['sh', '-c', script], { cwd: dir, env: process.env, logFile: join(dir, 'seed.log'), signal })

test('a command that fails is told with how it ended and what it said last', async () => {
  await expect(running('echo no such table: product; exit 3')).rejects.toThrow('The seed command of "shop" (sh -c echo no such table: product; exit 3) ended with exit code 3. It said last:\n    no such table: product')
})

test('one that does not end in its time is ended, and told as such with what it said last', async () => {
  await expect(running('echo half of the rows; sleep 30', AbortSignal.timeout(500))).rejects.toThrow(/^The seed command of "shop" \(.*\) had not ended when the time of the run was over: give the run more with --budget\. It said last:\n(?:.*\n)*    half of the rows$/)
})

test('an interruption as it starts ends it', async () => {
  const interrupt = new AbortController()
  const ended = running('sleep 30', interrupt.signal)
  interrupt.abort(new Error('interrupted by SIGINT'))
  await expect(ended).rejects.toThrow('interrupted by SIGINT')
})

test('an interruption while it runs ends it with all that it started', async () => {
  const interrupt = new AbortController()
  const ended = running('sleep 30 & echo $! > child; wait', interrupt.signal)
  const child = await vi.waitUntil(() => readFile(join(dir, 'child'), 'utf8').then((text) => (text.endsWith('\n') ? Number(text) : null), () => null))
  interrupt.abort(new Error('interrupted by SIGINT'))
  await expect(ended).rejects.toThrow('interrupted by SIGINT')
  await expect.poll(() => readFile(`/proc/${child}/cmdline`, 'latin1').catch(() => '')).toBe('')
})
