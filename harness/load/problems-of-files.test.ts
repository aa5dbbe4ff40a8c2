import { execFileSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Load } from '../scenario/scenario.ts'
import { problemsOfFiles } from './problems-of-files.ts'

let dir = ''
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'problems-of-files-'))
  await writeFile(join(dir, 'access.log'), '192.0.2.1 - - [26/Nov/2026:01:00:00 +0000] "GET /page HTTP/1.1" 200 1\n')
  await writeFile(join(dir, 'notes.txt'), 'no log at all\n')
  execFileSync('mkfifo', [join(dir, 'pipe')])
})
afterAll(() => rm(dir, { recursive: true, force: true }))

test.each<[string, Load, readonly string[]]>([
  ['routes name no file', { kind: 'routes', routes: [{ name: 'home', path: '/' }] }, []],
  ['a journey that is there', { kind: 'journey', journey: 'notes.txt' }, []],
  ['a journey that is not there', { kind: 'journey', journey: 'tour.ts' }, ['Expected load.journey to name a script, and there is none at ./tour.ts.']],
  ['a journey that is a folder', { kind: 'journey', journey: '.' }, ['Expected load.journey to name a script, and there is none at ..']],
  ['a log that can be replayed', { kind: 'replay', log: 'access.log' }, []],
  ['a log that is not there', { kind: 'replay', log: 'gone.log' }, ['No log at ./gone.log.']],
  ['a folder', { kind: 'replay', log: '.' }, [expect.stringMatching(/is no file/)]],
  ['a pipe, which nobody may ever write to', { kind: 'replay', log: 'pipe' }, ['The log pipe is no file: ./pipe.']],
  ['a file in no format that is known', { kind: 'replay', log: 'notes.txt' }, [expect.stringMatching(/is in no format that is known/)]],
  ['a log of another time', { kind: 'replay', log: 'access.log', from: '2030-01-01T00:00:00Z' }, ['The log ./access.log holds no request to replay: of 1 lines, 1 outside of the time that was asked for. `lowtide replay access.log` tells more.']],
])('%s', async (_, load, expected) => {
  expect((await problemsOfFiles(load, dir, AbortSignal.timeout(10_000))).map((problem) => problem.replaceAll(dir, '.'))).toEqual(expected)
})

test.each<[string, Partial<Extract<Load, { kind: 'replay' }>>]>([
  ['in which nothing can be replayed', { from: '2030-01-01T00:00:00Z' }],
  ['that can be replayed', {}],
])('a log %s is not read to its end once the user has interrupted', async (_, more) => {
  await expect(problemsOfFiles({ kind: 'replay', log: 'access.log', ...more }, dir, AbortSignal.abort(new Error('interrupted by SIGINT')))).rejects.toThrow('interrupted by SIGINT')
})
