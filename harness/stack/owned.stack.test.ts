import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { plantMemory, plantedMemory } from '../probes/proc/planted-memory.ts'
import { whyNoNamespace } from './namespace.ts'
import { findOwned, removeOwned } from './owned.ts'
import { startWatchdog } from './watchdog.ts'

const onLinux = process.platform === 'linux'
let dir = ''
let run = ''
const children: ChildProcess[] = []
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'owned-test-'))
  mkdirSync(join(dir, 'logs'))
  run = `owned-test-${crypto.randomUUID().slice(0, 8)}`
})
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  rmSync(dir, { recursive: true, force: true })
})

/** A process of the run's, in a session of its own as the stack starts them. */
function start(script: string, { env = { LOWTIDE_RUN: run } as NodeJS.ProcessEnv, cwd = dir } = {}): ChildProcess {
  const child = spawn('sh', ['-c', script], { env: { PATH: process.env.PATH, ...env }, cwd, detached: true, stdio: ['ignore', 'pipe', 'ignore'] })
  children.push(child)
  return child
}

const firstLine = (child: ChildProcess) => new Promise<string>((resolve) => child.stdout?.once('data', (chunk) => resolve(String(chunk).trim())))
const isThere = (pid: string | number | undefined) => existsSync(`/proc/${pid}`) && !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))

test.runIf(onLinux)('who carries the tag is found by it and removed, whoever its parent is by now', async () => {
  const orphan = await firstLine(start('sleep 60 >/dev/null & echo $!'))
  await expect.poll(async () => findOwned([{ kind: 'tag', run }])).toEqual([`process ${orphan} (sleep 60)`])
  expect(await removeOwned([{ kind: 'tag', run }])).toEqual([`process ${orphan} (sleep 60)`])
  expect(isThere(orphan)).toBe(false)
  expect(await removeOwned([{ kind: 'tag', run }])).toEqual([])
})

test.runIf(onLinux)('a child that has cleared its environment belongs to its parent’s run', async () => {
  const cleared = await firstLine(start('env -i sleep 60 >/dev/null & echo $!; wait'))
  await expect.poll(async () => findOwned([{ kind: 'tag', run }])).toContain(`process ${cleared} (sleep 60)`)
  await removeOwned([{ kind: 'tag', run }])
  expect(isThere(cleared)).toBe(false)
})

test.runIf(onLinux)('a daemon that has cleared its environment and left its parent belongs to the session that the run began', async () => {
  const daemon = await firstLine(start('(env -i sleep 60 >/dev/null & echo $!); exec sleep 60'))
  await expect.poll(async () => findOwned([{ kind: 'tag', run }])).toContain(`process ${daemon} (sleep 60)`)
  await removeOwned([{ kind: 'tag', run }])
  expect(isThere(daemon)).toBe(false)
})

test.runIf(onLinux)('shared memory that a control planted and nobody took back goes with the tag, and no other run’s', async () => {
  expect(plantMemory(run)).toBe(65_536)
  plantMemory(`${run}-2`)
  try {
    expect(await findOwned([{ kind: 'tag', run }])).toEqual([`shared memory ${plantedMemory(run)}`])
    expect(await removeOwned([{ kind: 'tag', run }])).toEqual([`shared memory ${plantedMemory(run)}`])
    expect([existsSync(plantedMemory(run)), existsSync(plantedMemory(`${run}-2`))]).toEqual([false, true])
  } finally {
    rmSync(plantedMemory(`${run}-2`), { force: true })
  }
})

test.runIf(onLinux)('nobody else is touched: not the next run, not one whose name begins alike, not this process', async () => {
  const other = start('exec sleep 60', { env: { LOWTIDE_RUN: `${run}-2` } })
  const plain = start('exec sleep 60', { env: {} })
  await expect.poll(() => isThere(other.pid) && isThere(plain.pid)).toBe(true)
  expect(await removeOwned([{ kind: 'tag', run }])).toEqual([])
  expect([isThere(other.pid), isThere(plain.pid)]).toEqual([true, true])
})

test.runIf(onLinux)('who works in the data directory is the server’s, also once the directory is gone', async () => {
  const dataDir = join(realpathSync(dir), 'data')
  mkdirSync(dataDir)
  const backend = start('exec sleep 60', { env: {}, cwd: dataDir })
  await expect.poll(async () => findOwned([{ kind: 'postgres', dataDir }])).toEqual([`process ${backend.pid} (sleep 60)`])
  rmSync(dataDir, { recursive: true })
  expect(await removeOwned([{ kind: 'postgres', dataDir }])).toEqual([`process ${backend.pid} (sleep 60)`])
})

test('a directory goes last, and its absence is no error', async () => {
  const path = join(dir, 'home')
  mkdirSync(join(path, 'deep'), { recursive: true })
  expect(await findOwned([{ kind: 'directory', path }])).toEqual([`directory ${path}`])
  expect(await removeOwned([{ kind: 'directory', path }])).toEqual([`directory ${path}`])
  expect(await removeOwned([{ kind: 'directory', path }])).toEqual([])
})

test.runIf(onLinux)('a watchdog whose harness vanishes removes all that it was told of, and says so', async () => {
  const path = join(dir, 'home')
  mkdirSync(path)
  const hung = start('trap "" TERM HUP; while :; do sleep 1; done')
  // The harness's part: a process that starts the watchdog, tells it, and is killed.
  const harness = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), '--input-type=module', '-e', `
    import { startWatchdog } from ${JSON.stringify(new URL('watchdog.ts', import.meta.url).href)}
    const watchdog = await startWatchdog(${JSON.stringify(dir)}, ${JSON.stringify(run)})
    watchdog.own({ kind: 'directory', path: ${JSON.stringify(path)} })
    watchdog.own({ kind: 'tag', run: ${JSON.stringify(run)} })
    console.log('told')
    setInterval(() => {}, 1000)
  `], { stdio: ['ignore', 'pipe', 'inherit'] })
  children.push(harness)
  expect(await firstLine(harness)).toBe('told')
  harness.kill('SIGKILL')
  await expect.poll(() => isThere(hung.pid) || existsSync(path), { timeout: 5_000 }).toBe(false)
  await expect.poll(() => readFileSync(join(dir, 'logs/watchdog.log'), 'utf8'), { timeout: 8_000 }).toMatch(/removed process[^]*removed directory[^]*nothing of this run is left\n$/)
})

test.runIf(whyNoNamespace() === null)('a network namespace goes with its link, also when a process is in it, and also when the harness was killed', async () => {
  const links = () => readdirSync('/sys/class/net').filter((name) => name.startsWith('lowtide') && readFileSync(`/sys/class/net/${name}/ifalias`, 'utf8').trim() === run)
  const harness = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), '--input-type=module', '-e', `
    import { spawn } from 'node:child_process'
    import { startWatchdog } from ${JSON.stringify(new URL('watchdog.ts', import.meta.url).href)}
    import { openNamespace } from ${JSON.stringify(new URL('namespace.ts', import.meta.url).href)}
    const watchdog = await startWatchdog(${JSON.stringify(dir)}, ${JSON.stringify(run)})
    const { inside } = await openNamespace({ run: ${JSON.stringify(run)}, own: watchdog.own, signal: AbortSignal.timeout(10_000) })
    const [program, ...argv] = inside(['sleep', '60'])
    console.log('told', spawn(program, argv, { detached: true, stdio: 'ignore' }).pid)
    setInterval(() => {}, 1000)
  `], { stdio: ['ignore', 'pipe', 'inherit'] })
  children.push(harness)
  const [, sleeper] = (await firstLine(harness)).split(' ')
  try {
    expect(await findOwned([{ kind: 'namespace', run }])).toEqual([`network namespace lowtide-${run}`])
    expect(links()).toHaveLength(1)
    harness.kill('SIGKILL')
    await expect.poll(() => links(), { timeout: 5_000 }).toEqual([])
    await expect.poll(() => readFileSync(join(dir, 'logs/watchdog.log'), 'utf8'), { timeout: 8_000 }).toMatch(/removed network namespace [^]*nothing of this run is left\n$/)
    expect(await removeOwned([{ kind: 'namespace', run }])).toEqual([])
    expect(isThere(sleeper)).toBe(true)
  } finally {
    process.kill(Number(sleeper), 'SIGKILL')
  }
})

test.runIf(onLinux && process.getuid?.() === 0)('a watchdog that cannot remove something says what, not that nothing is left', { timeout: 30_000 }, async () => {
  const path = join(dir, 'home')
  mkdirSync(path)
  const { execFileSync } = await import('node:child_process')
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'lowtide-test', path]) // a mount point cannot be removed
  try {
    const watchdog = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), new URL('watchdog-main.ts', import.meta.url).pathname, dir], { stdio: ['pipe', 'pipe', 'inherit'] })
    children.push(watchdog)
    await firstLine(watchdog)
    watchdog.stdin?.end(`${JSON.stringify({ kind: 'directory', path })}\n`)
    await new Promise((resolve) => watchdog.once('exit', resolve))
    const log = readFileSync(join(dir, 'logs/watchdog.log'), 'utf8')
    expect(log).toMatch(/still there: directory /)
    expect(log).not.toContain('nothing of this run is left')
    expect(log.split('\n').length).toBeLessThan(12)
  } finally {
    execFileSync('umount', [path])
  }
})

test('a watchdog that does not start in time is not waited for, and told', async () => {
  await expect(startWatchdog(dir, run, { withinMs: 1 })).rejects.toThrow('The watchdog did not start within 0.001 s, so nothing would clean up after a crash. Try `lowtide doctor`.')
  await expect.poll(() => watchdogsOf(run)).toEqual([])
})

test.runIf(onLinux)('nor is one that does not end', { timeout: 20_000 }, async () => {
  const watchdog = await startWatchdog(dir, run)
  const [pid = 0] = watchdogsOf(run)
  process.kill(pid, 'SIGSTOP')
  await watchdog[Symbol.asyncDispose]()
  expect(isThere(pid)).toBe(false)
})

const watchdogsOf = (id: string) => readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && isThere(pid)).map(Number).filter((pid) => commandOf(pid).includes(`watchdog-main.ts\0${dir}\0${id}\0`))

const commandOf = (pid: number) => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    return '' // gone
  }
}

test('a watchdog that is told "done" removes nothing and leaves no word', async () => {
  const path = join(dir, 'home')
  mkdirSync(path)
  {
    await using watchdog = await startWatchdog(dir, run)
    watchdog.own({ kind: 'directory', path })
    expect(watchdog.owned()).toEqual([{ kind: 'directory', path }])
  }
  expect([existsSync(path), existsSync(join(dir, 'logs/watchdog.log'))]).toEqual([true, false])
})
