import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findOwned } from './stack/owned.ts'
import type { Owned } from './stack/stack.ts'
import type { Entry } from './timeline/entry.ts'
import { readEntries } from './timeline/reader.ts'

const launcher = join(import.meta.dirname, 'lowtide.mjs')
const scenario = join(import.meta.dirname, '../scenarios/timeline-soak.ts')
let reports = ''
beforeAll(async () => void (reports = await mkdtemp(join(tmpdir(), 'interrupt-test-'))))
afterAll(() => rm(reports, { recursive: true, force: true }))

test('a harness that is killed with -9 in the middle of its load leaves nothing after 5 s, and a record up to its last second', async () => {
  const { child, dir, atMs } = await runUntil('"phase":"cycle","edge":"start"')
  child.kill('SIGKILL')
  const killedAtMs = Date.now()
  await gone(dir, 5_000)
  expect(Date.now() - killedAtMs).toBeLessThan(5_000)

  const entries = await Array.fromAsync(readEntries(dir))
  const whole = entries.filter((entry): entry is Entry => !('damage' in entry))
  expect(entries.length - whole.length).toBeLessThanOrEqual(1) // the line that was being written
  expect(whole.at(-1)?.atMs).toBeGreaterThan(atMs - 1_500)
  expect(await readFile(join(dir, 'logs/watchdog.log'), 'utf8')).toMatch(/nothing of this run is left|removed/)
})

test('Ctrl-C ends a run in order: verdict interrupted, exit code 130, the record kept, nothing left', async () => {
  const { child, dir } = await runUntil('"phase":"warm-up","edge":"start"')
  const code = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGINT')
  expect(await code).toBe(130)
  await gone(dir, 100)
  expect(JSON.parse(await readFile(join(dir, 'findings.json'), 'utf8'))).toMatchObject({ verdict: 'interrupted' })
  expect(existsSync(join(dir, 'report.html'))).toBe(true)
})

/** Starts a run and waits for a line of its record. */
async function runUntil(line: string): Promise<{ child: ChildProcess; dir: string; atMs: number }> {
  const before = new Set(readdirSync(reports))
  const child = spawn(process.execPath, [launcher, 'run', scenario, '--stack', 'processes', '--profile', 'repro', '--reports', reports], { stdio: 'ignore' })
  for (const deadline = Date.now() + 60_000; Date.now() < deadline; await delay(50)) {
    const name = readdirSync(reports).find((one) => !before.has(one))
    const record = name ? await readFile(join(reports, name, 'timeline.ndjson'), 'utf8').catch(() => '') : ''
    const at = record.indexOf(line)
    if (name && at >= 0) return { child, dir: join(reports, name), atMs: Number(/"atMs":([\d.]+)/.exec(record.slice(record.lastIndexOf('\n', at) + 1))?.[1]) }
  }
  child.kill('SIGKILL')
  throw new Error(`the run never wrote ${line}`)
}

/** Waits until nothing of the run is left: no tagged process, no server, no directory of its own. */
async function gone(dir: string, withinMs: number): Promise<void> {
  const { run } = JSON.parse(await readFile(join(dir, 'run.json'), 'utf8'))
  const homes = () => readdirSync(tmpdir()).filter((name) => name.startsWith(`lowtide-${run}-`)).map((name) => join(tmpdir(), name))
  const homesAtFirst = homes()
  const owned: Owned[] = [{ kind: 'tag', run }, ...homesAtFirst.map((home) => ({ kind: 'postgres' as const, dataDir: join(home, 'data') }))]
  for (const deadline = Date.now() + withinMs; ; await delay(50)) {
    const left = [...(await findOwned(owned)), ...homes()]
    if (left.length === 0) return
    if (Date.now() > deadline) throw new Error(`still there: ${left.join(', ')}`)
  }
}
