import { execFile } from 'node:child_process'
import { rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Entry } from '../timeline/entry.ts'
import { readEntries } from '../timeline/reader.ts'
import { median, type MeasureOptions } from './measure.ts'

const launcher = fileURLToPath(new URL('../lowtide.mjs', import.meta.url))

export type SoakResult = {
  readonly verdict: string
  readonly exitCode: number
  readonly wallS: number
  readonly bootS: number
  /** From the start of the first load; null when there was no suspect. */
  readonly firstSuspectS: number | null
  readonly leftBehind: number
  /** Answered as expected, in all of its cycles. */
  readonly requests: number
  /** From the beginning of its baseline to its controls, rests and looks too; and of that what its loads lasted. */
  readonly measuredS: number
  readonly loadS: number
  /** Its timeline. */
  readonly recordMB: number
  readonly hangs: readonly string[]
  readonly harnessPeakMB: number
  /** Median memory of the harness in each quarter of the run. */
  readonly harnessQuartersMB: readonly number[]
  readonly headline: string
}

/** One run by the command line, as a user starts it, in a process of its own; its record is read for the figures and thrown away. */
export async function soakByCommand(args: readonly string[], options: MeasureOptions): Promise<SoakResult> {
  const { also: _, ...result } = await soakBy([launcher, 'run'], args, options, () => Promise.resolve(null))
  return result
}

/** The same by another program that prints what `lowtide run --json` does. `also` gets the record's folder while it is there; null where there is none. */
export async function soakBy<T>(program: readonly string[], args: readonly string[], { scenario, reports, signal }: MeasureOptions, also: (dir: string) => Promise<T>): Promise<SoakResult & { readonly also: T | null }> {
  const beganMs = performance.now()
  const { code, stdout, stderr } = await execute([...program, scenario, ...args, '--json', '--reports', reports], signal)
  const wallS = round((performance.now() - beganMs) / 1_000)
  const said = stdout === '' ? {} : JSON.parse(stdout)
  if (!said.dir) return { verdict: 'failed', exitCode: code, wallS, bootS: 0, firstSuspectS: null, leftBehind: 0, requests: 0, measuredS: 0, loadS: 0, recordMB: 0, hangs: [], harnessPeakMB: 0, harnessQuartersMB: [], also: null, headline: said.error ?? stderr.trim().split('\n').at(-1) ?? '' }
  const seen = await figuresOf(readEntries(said.dir))
  const alsoSeen = await also(said.dir)
  const recordMB = Math.round((await stat(join(said.dir, 'timeline.ndjson'))).size / 1e6)
  // A wrong verdict must stay to be looked at.
  const expected = args.includes('as-shipped') ? 'leak' : 'pass'
  if (said.verdict === expected) await rm(said.dir, { recursive: true, force: true })
  return {
    verdict: said.verdict ?? 'failed',
    exitCode: code,
    wallS,
    ...seen,
    leftBehind: said.dose?.leftBehind ?? 0,
    requests: said.dose?.counted ?? 0,
    recordMB,
    also: alsoSeen,
    hangs: (said.hangs ?? []).map(({ url }: { url: string | null }) => url ?? '').toSorted(),
    headline: said.headline ?? said.error,
  }
}

async function figuresOf(entries: AsyncIterable<Entry | { damage: string }>) {
  let bootMs = 0
  let loadAtMs: number | null = null
  let suspectAtMs: number | null = null
  const measuredMs = { from: 0, to: 0 }
  let loadMs = 0
  const memory: { readonly atMs: number; readonly bytes: number }[] = []
  for await (const entry of entries) {
    if ('damage' in entry) continue
    if (entry.kind === 'phase' && entry.phase === 'boot') bootMs += entry.edge === 'start' ? -entry.atMs : entry.atMs
    if (entry.kind === 'phase' && entry.phase === 'warm-up') loadAtMs ??= entry.atMs
    if (entry.kind === 'phase' && entry.edge === 'start' && entry.phase === 'baseline' && measuredMs.from === 0) measuredMs.from = entry.atMs
    if (entry.kind === 'phase' && entry.edge === 'start' && entry.phase === 'control') measuredMs.to = entry.atMs
    if (entry.kind === 'dose' && entry.role !== 'warm-up') loadMs += entry.loadMs ?? 0
    if (entry.kind === 'suspect') suspectAtMs ??= entry.atMs
    if (entry.kind === 'beat' && entry.counters['harness.rss-bytes'] !== undefined) memory.push({ atMs: entry.atMs, bytes: entry.counters['harness.rss-bytes'] })
  }
  return {
    bootS: round(bootMs / 1_000),
    firstSuspectS: loadAtMs === null || suspectAtMs === null ? null : round((suspectAtMs - loadAtMs) / 1_000),
    measuredS: round((measuredMs.to - measuredMs.from) / 1_000),
    loadS: round(loadMs / 1_000),
    harnessPeakMB: Math.round(memory.reduce((peak, { bytes }) => Math.max(peak, bytes), 0) / 1e6),
    harnessQuartersMB: quarters(memory).map((bytes) => Math.round(median(bytes) / 1e6)),
  }
}

function quarters(memory: readonly { readonly atMs: number; readonly bytes: number }[]): number[][] {
  const endMs = memory.at(-1)?.atMs ?? 0
  return [1, 2, 3, 4].map((nth) => memory.filter(({ atMs }) => atMs > ((nth - 1) * endMs) / 4 && atMs <= (nth * endMs) / 4).map(({ bytes }) => bytes))
}

const round = (value: number) => Math.round(value * 100) / 100

function execute(args: readonly string[], signal: AbortSignal): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [...args], { maxBuffer: 64e6, signal, killSignal: 'SIGINT' }, (error, stdout, stderr) => resolve({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, stdout, stderr }))
  })
}
