import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { Bundle } from './bundle.ts'
import type { K6 } from './k6/binary.ts'
import type { LoadPlan } from './journey/plan.ts'
import { visitThatLoops } from './rehearsal.ts'
import type { Tape } from './tape.ts'

/** Says that it is at its first visit, and does not come back: whoever starts it is told of that after three seconds. */
const looping: K6 = { version: '2.2.0', how: 'path', output: 'csv', command: ['sh', '-c', 'echo "lowtide rehearses visit 0" >&2; exec sleep 20', 'k6'] }

const plan: LoadPlan = { dose: 1, concurrency: 1, seed: 1, cycle: 0, firstRequest: 0, baseUrl: 'http://127.0.0.1:1', requestTimeoutMs: 1_000, thinkScale: 0 }
const bundle: Bundle = { script: '/dev/null', folder: tmpdir(), requestTimeoutMs: 1_000, model: {} }
const tape: Tape = { survey: {} as never, meanGapMs: 1, cut: () => Promise.reject(new Error('not asked for')), [Symbol.asyncDispose]: () => Promise.resolve() }

test.each([
  ['of a log', { ...bundle, tape }, AbortSignal.timeout(60_000)],
  ['that was interrupted', bundle, AbortSignal.abort()],
])('a load %s is not rehearsed', async (_, bundle, signal) => {
  expect(await visitThatLoops({ k6: looping, bundle, plan, run: 'rehearsal-test', signal })).toBe(null)
})

test('one in a container is rehearsed in another, which is removed: the engine’s client that is killed leaves it to loop', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'rehearsal-test-'))
  onTestFinished(() => rm(dir, { recursive: true, force: true }))
  await writeFile(join(dir, 'docker'), `#!/bin/sh\necho "$1 $2 $3 $4" >>${dir}/asked\n[ "$1" = run ] && { echo 'lowtide rehearses visit 5 ("wheel")' >&2; exec sleep 20; }\n:\n`, { mode: 0o755 })
  const k6: K6 = { ...looping, how: 'image', command: [join(dir, 'docker'), 'run', '--rm', 'grafana/k6'] }
  expect(await visitThatLoops({ k6, bundle, plan, run: 'a-run', signal: AbortSignal.timeout(60_000) })).toBe('visit 5 ("wheel")')
  expect((await readFile(join(dir, 'asked'), 'utf8')).split('\n')).toEqual(['run --name=lowtide-k6-a-run-rehearsal-0 --label=lowtide.run=a-run --rm', 'rm --force --volumes lowtide-k6-a-run-rehearsal-0', ''])
})
