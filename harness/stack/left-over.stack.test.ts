import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest'
import { plantMemory, removePlantedMemory } from '../probes/proc/planted-memory.ts'
import { leftOver } from './left-over.ts'
import { whyNoNamespace } from './namespace.ts'
import { startWatchdog } from './watchdog.ts'

let folder = ''
const made: string[] = []
const children: ChildProcess[] = []
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'left-over-test-'))))
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  for (const path of [folder, ...made.splice(0)]) rmSync(path, { recursive: true, force: true })
})

let nth = 0
/** A run as it looks on a machine: a process with its tag, and a home in the temporary directory. */
function aRun() {
  const run = `2001-01-01T00000${(nth += 1)}Z-left-over-test`
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

test.runIf(process.getuid?.() === 0)('what another user’s run has left is not ours to remove, nor may we see whether it is over', () => {
  const { run, home } = aRun()
  plantMemory(run)
  onTestFinished(() => removePlantedMemory(run))
  const asAnother = execFileSync(process.execPath, ['--input-type=module', '--eval', `import { leftOver } from '${import.meta.dirname}/left-over.ts'; console.log(JSON.stringify(await leftOver()))`], { uid: 65_534, gid: 65_534, encoding: 'utf8' })
  expect(asAnother).not.toContain(run)
  expect(existsSync(home)).toBe(true)
})

test.runIf(process.platform === 'linux')('the shared memory that the control of a dead run planted is found, and nobody else’s', async () => {
  const [run, other] = ['2001-01-01T000008Z-left-over-test', 'of-mine']
  for (const name of [run, other]) plantMemory(name)
  try {
    expect((await leftOver()).filter((thing) => 'run' in thing && [run, other].includes(thing.run))).toEqual([{ kind: 'tag', run }])
  } finally {
    for (const name of [run, other]) removePlantedMemory(name)
  }
})

test.runIf(whyNoNamespace() === null)('the network namespace of a dead run is found, and nobody else’s', async () => {
  const run = '2001-01-01T000009Z-left-over-test'
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
  const run = '2001-01-01T000006Z-left-over-test'
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

test('a folder that only begins like one of ours is nobody’s but its owner’s', async () => {
  const notes = join(tmpdir(), 'lowtide-notes-of-mine')
  mkdirSync(notes, { recursive: true })
  made.push(notes)
  expect((await leftOver()).filter((thing) => 'path' in thing && thing.path === notes)).toEqual([])
})
