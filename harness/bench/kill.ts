import { spawn } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { findOwned } from '../stack/owned.ts'
import type { Owned } from '../stack/stack.ts'
import type { Facts } from '../timeline/facts.ts'
import { readEntries } from '../timeline/reader.ts'
import { spread, type Measure, type MeasureOptions } from './measure.ts'

const launcher = fileURLToPath(new URL('../lowtide.mjs', import.meta.url))

type Kill = { readonly afterMs: number; readonly phase: string; readonly cleanAfterMs: number | null; readonly left: readonly string[]; readonly lostMs: number }

const givenMs = 5_000
/** Moments spread over a short run by the golden ratio: no two alike, no phase left out. */
const momentMs = (nth: number) => 500 + (((nth + 1) * 0.618_034) % 1) * 32_000

const kills = (stack: 'processes' | 'containers', times: number): Measure<Kill> => ({
  name: `kill-${stack}`,
  claims: `the harness killed with -9 at ${times} moments on the ${stack} stack: nothing is left after 5 s`,
  times,
  once: (nth, options) => killOnce(stack, nth, options),
  figures: (results) => {
    const dirty = results.filter(({ cleanAfterMs }) => cleanAfterMs === null)
    const phases = Object.entries(Object.groupBy(results, ({ phase }) => phase)).map(([phase, of]) => `${of?.length ?? 0} ${phase}`)
    return [
      `${results.length - dirty.length} of ${results.length} clean within 5 s, ${spread(results.flatMap(({ cleanAfterMs }) => (cleanAfterMs === null ? [] : cleanAfterMs / 1_000)), 's')}; killed in ${phases.join(', ')}`,
      `of the record lost: ${spread(results.map(({ lostMs }) => lostMs / 1_000), 's')}`,
      ...dirty.map(({ phase, left }) => `left after a kill in ${phase}: ${left.join(', ')}`),
    ]
  },
})

export const killOnProcesses = kills('processes', 20)
export const killOnContainers = kills('containers', 20)

async function killOnce(stack: 'processes' | 'containers', nth: number, { scenario, reports, signal }: MeasureOptions): Promise<Kill> {
  const before = new Set(readdirSync(reports))
  const child = spawn(process.execPath, [launcher, 'run', scenario, '--profile', 'repro', '--stack', stack, '--reports', reports], { stdio: 'ignore' })
  const exited = new Promise((resolve) => child.once('exit', resolve))
  const beganMs = performance.now()
  const name = await untilFound(() => readdirSync(reports).find((one) => !before.has(one)), signal)
  const dir = join(reports, name)
  const { run, startedAt } = await untilFound(() => factsOf(dir), signal)
  await untilFound(async () => ((await readFile(join(dir, 'timeline.ndjson'), 'utf8').catch(() => '')).length > 0 ? true : undefined), signal)
  const afterMs = momentMs(nth)
  await delay(Math.max(0, afterMs - (performance.now() - beganMs)), undefined, { signal })
  child.kill('SIGKILL')
  const killedAt = Date.now()
  await exited

  let left: string[] = []
  let cleanAfterMs: number | null = null
  while (Date.now() - killedAt < givenMs && cleanAfterMs === null) {
    left = await leftOf(stack, run)
    if (left.length === 0) cleanAfterMs = Date.now() - killedAt
    else await delay(50)
  }
  const { phase, lastAtMs } = await lastOf(dir)
  if (cleanAfterMs !== null) await rm(dir, { recursive: true, force: true })
  return { afterMs: Math.round(afterMs), phase, cleanAfterMs, left, lostMs: Math.max(0, killedAt - Date.parse(startedAt) - lastAtMs) }
}

async function untilFound<T>(find: () => T | undefined | Promise<T | undefined>, signal: AbortSignal): Promise<T> {
  for (;;) {
    const found = await find()
    if (found !== undefined) return found
    await delay(20, undefined, { signal })
  }
}

/** They are written whole or not at all. */
const factsOf = (dir: string): Promise<Facts | undefined> => readFile(join(dir, 'run.json'), 'utf8').then((text) => JSON.parse(text), () => undefined)

async function leftOf(stack: 'processes' | 'containers', run: string): Promise<string[]> {
  const homes = readdirSync(tmpdir()).filter((name) => name.startsWith(`lowtide-${run}-`)).map((name) => join(tmpdir(), name))
  const owned: Owned[] = [
    { kind: 'tag', run },
    ...homes.flatMap((path) => [{ kind: 'postgres' as const, dataDir: join(path, 'data') }, { kind: 'directory' as const, path }]),
    ...(stack === 'containers' ? [{ kind: 'label' as const, run }] : []),
  ]
  return findOwned(owned)
}

async function lastOf(dir: string): Promise<{ phase: string; lastAtMs: number }> {
  let phase = 'before the first phase'
  let lastAtMs = 0
  for await (const entry of readEntries(dir)) {
    if ('damage' in entry) continue
    lastAtMs = entry.atMs
    if (entry.kind === 'phase' && entry.edge === 'start') phase = entry.phase
  }
  return { phase, lastAtMs }
}
