import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { forgottenMs } from '../load/k6/cache.ts'
import { sourceHash } from '../load/k6/from-go.ts'
import { startWatchdog } from '../stack/watchdog.ts'
import { k6OfOthers } from './doctor.ts'

let folder = ''
const made: string[] = []
const children: ChildProcess[] = []
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'doctor-test-'))))
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  vi.unstubAllEnvs()
  for (const path of [folder, ...made.splice(0)]) rmSync(path, { recursive: true, force: true })
})

let nth = 0
/** A run as it looks on a machine: a process with its tag, and a home in the temporary directory. */
function aRun() {
  const run = `2001-01-01T00000${(nth += 1)}Z-doctor-test`
  const home = join(tmpdir(), `lowtide-${run}-abcdef`)
  mkdirSync(home)
  made.push(home)
  children.push(spawn('sleep', ['60'], { env: { ...process.env, LOWTIDE_RUN: run }, stdio: 'ignore' }))
  return { run, home }
}

/** A cache with a k6 that this revision can run, and one that another has not run for so long. */
async function aCache(unusedMs: number): Promise<string> {
  const [own, other] = [join(folder, `k6-2.2.0-lowtide-${await sourceHash()}`), join(folder, 'k6-2.2.0-lowtide-00000001')]
  for (const file of [own, other]) writeFileSync(file, '#!/bin/sh\necho "k6 v2.2.0 (go1.26.8, linux/amd64)"\n', { mode: 0o755 })
  utimesSync(other, (Date.now() - unusedMs) / 1_000, (Date.now() - unusedMs) / 1_000)
  vi.stubEnv('LOWTIDE_CACHE', folder)
  return other
}

test('while a run goes on, the k6 of other revisions stays until it is forgotten', async () => {
  const other = await aCache(forgottenMs - 60_000)
  mkdirSync(join(folder, 'logs'), { recursive: true })
  await using _watchdog = await startWatchdog(folder, '2001-01-01T000007Z-000000-doctor-test')
  expect(await k6OfOthers()).toEqual([])
  await aCache(forgottenMs + 60_000)
  expect((await k6OfOthers()).map(({ file }) => file)).toEqual([other])
})

const doctor = async (options: SpawnOptions = {}) => {
  const child = spawn(process.execPath, [join(import.meta.dirname, '../lowtide.mjs'), 'doctor'], { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
  let text = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (text += chunk))
  await new Promise((resolve) => child.once('close', resolve))
  return text
}

test.runIf(process.getuid?.() === 0)('a user by number alone, without a home and without a folder for temporary files, is told so, without a stack trace', async () => {
  const said = await doctor({ uid: 54_321, gid: 54_321, env: { PATH: '/usr/bin:/bin', TMPDIR: '/nowhere' } })
  expect(said).toMatch(/^lacks {2}The folder for temporary files \/nowhere cannot be used: .* Set TMPDIR to one that can\.$/m)
  expect(said).toMatch(/^lacks {2}PostgreSQL runs only as a user that has a name, and 54321 has none here\. Give it a line in \/etc\/passwd, /m)
  expect(said).toMatch(/^lacks {2}No k6 2\.x could be had\. .*set LOWTIDE_CACHE to another folder/m)
  expect(said).not.toMatch(/^\s+at |itself failed/m)
})

test('the whole command says what this machine can run, and what lies about', { timeout: 30_000 }, async () => {
  const { run, home } = aRun()
  await aCache(forgottenMs + 60_000)
  const found = await doctor()
  expect(found).toMatch(/^ok\s+processes stack: linux, node v24/m)
  expect(found).toMatch(/^(ok|lacks)\s+clients that vanish: /m)
  expect(found).toContain(`processes or shared memory of ${run}`)
  expect(found).toContain(`left over from other revisions: 1 k6 in ${folder}, 51 B. lowtide doctor --clean removes it.`)
  expect(existsSync(home)).toBe(true)
})
