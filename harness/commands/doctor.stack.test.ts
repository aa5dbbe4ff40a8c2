import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { forgottenMs } from '../load/k6-cache.ts'
import { sourceHash } from '../load/k6-from-go.ts'
import { plantMemory, removePlantedMemory } from '../probes/proc/planted-memory.ts'
import { whyNoNamespace } from '../stack/namespace.ts'
import { startWatchdog } from '../stack/watchdog.ts'
import { k6OfOthers, leftOver } from './doctor.ts'

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

const ofRun = async (run: string) => (await leftOver()).filter((thing) => ('run' in thing ? thing.run === run : 'path' in thing ? thing.path.includes(run) : thing.dataDir.includes(run))).map(({ kind }) => kind)

test('what a dead run left is found: its processes, its server, its folder', async () => {
  const { run } = aRun()
  await expect.poll(() => ofRun(run), { timeout: 10_000 }).toEqual(['tag', 'postgres', 'directory'])
})

test.runIf(process.platform === 'linux')('the shared memory that the control of a dead run planted is found, and nobody else’s', async () => {
  const [run, other] = ['2001-01-01T000008Z-doctor-test', 'of-mine']
  for (const name of [run, other]) plantMemory(name)
  try {
    expect((await leftOver()).filter((thing) => 'run' in thing && [run, other].includes(thing.run))).toEqual([{ kind: 'tag', run }])
  } finally {
    for (const name of [run, other]) removePlantedMemory(name)
  }
})

test.runIf(whyNoNamespace() === null)('the network namespace of a dead run is found, and nobody else’s', async () => {
  const run = '2001-01-01T000009Z-doctor-test'
  for (const name of [`lowtide-${run}`, 'lowtide-of-mine']) execFileSync('ip', ['netns', 'add', name])
  try {
    expect((await leftOver()).filter(({ kind }) => kind === 'namespace')).toEqual([{ kind: 'namespace', run }])
  } finally {
    for (const name of [`lowtide-${run}`, 'lowtide-of-mine']) execFileSync('ip', ['netns', 'del', name])
  }
})

test('a run that goes on is left alone: it has a watchdog', async () => {
  const { run } = aRun()
  const dir = join(folder, 'any-folder')
  mkdirSync(join(dir, 'logs'), { recursive: true })
  await using _watchdog = await startWatchdog(dir, run)
  expect(await ofRun(run)).toEqual([])
})

test.runIf(whyNoNamespace() === null)('so is one that begins while the command looks', async () => {
  const run = '2001-01-01T000006Z-doctor-test'
  const looking = leftOver()
  children.push(spawn(process.execPath, ['--eval', 'setTimeout(() => {}, 60_000)', 'watchdog-main.ts', folder, run], { stdio: 'ignore' }))
  execFileSync('ip', ['netns', 'add', `lowtide-${run}`])
  try {
    expect((await looking).filter((thing) => 'run' in thing && thing.run === run)).toEqual([])
  } finally {
    execFileSync('ip', ['netns', 'del', `lowtide-${run}`])
  }
})

test('the processes of a measurement are left to its own watchdog: it is no run, and may go on', () => {
  const of = `bench-${process.pid}`
  children.push(spawn('sleep', ['60'], { env: { ...process.env, LOWTIDE_OWNER: of }, stdio: 'ignore' }))
  return expect(ofRun(of)).resolves.toEqual([])
})

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

test('a folder that only begins like one of ours is nobody’s but its owner’s', async () => {
  const notes = join(tmpdir(), 'lowtide-notes-of-mine')
  mkdirSync(notes, { recursive: true })
  made.push(notes)
  expect((await leftOver()).filter((thing) => 'path' in thing && thing.path === notes)).toEqual([])
})

test('the whole command says what this machine can run, and what lies about', { timeout: 30_000 }, async () => {
  const { run, home } = aRun()
  await aCache(forgottenMs + 60_000)
  const said = async (...args: string[]) => {
    const child = spawn(process.execPath, [join(import.meta.dirname, '../lowtide.mjs'), 'doctor', ...args], { stdio: ['ignore', 'pipe', 'ignore'] })
    let text = ''
    child.stdout.on('data', (chunk) => (text += chunk))
    await new Promise((resolve) => child.once('close', resolve))
    return text
  }
  const found = await said()
  expect(found).toMatch(/^ok\s+processes stack: linux, node v24/m)
  expect(found).toMatch(/^(ok|lacks)\s+clients that vanish: /m)
  expect(found).toContain(`processes or shared memory of ${run}`)
  expect(found).toContain(`left over from other revisions: 1 k6 in ${folder}, 51 B. lowtide doctor --clean removes it.`)
  expect(existsSync(home)).toBe(true)
})
