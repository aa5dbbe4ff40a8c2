import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { json, text } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'
import { writeChecksums } from '../timeline/checksums.ts'
import { beginLines } from '../timeline/look-lines.ts'
import { spread, type Measure } from './measure.ts'
import { nightOf, nights } from './night.ts'

const launcher = fileURLToPath(new URL('../lowtide.mjs', import.meta.url))
const tellPeak = new URL('tell-peak.mjs', import.meta.url).href

type JudgedNight = { readonly night: string; readonly recordMB: number; readonly verdict: string; readonly leftBehind: number; readonly wallMs: number; readonly cpuMs: number; readonly peakMB: number; /** Of what the judge said. */ readonly digest: string }

/** Nights are made anew for each measurement, and are the same each time; the judge that reads them is the one that the command line starts. */
export const judgeNight: Measure<JudgedNight> = {
  name: 'judge-night',
  claims: 'eight hours at 5 Hz, 1,600 cycles, made by the simulator: judged within 2 s and 200 MB, each time to the same bytes',
  times: nights.length * 3,
  once: async (nth, { signal }) => {
    const night = nights[nth % nights.length] as (typeof nights)[number]
    const dir = await mkdtemp(join(tmpdir(), 'night-'))
    await using cleanUp = new AsyncDisposableStack()
    cleanUp.defer(() => rm(dir, { recursive: true, force: true }))
    const { facts, entries } = nightOf(night, 1)
    const record = join(dir, 'timeline.ndjson')
    await writeFile(join(dir, 'run.json'), JSON.stringify(facts))
    const [told, checked] = [beginLines(), writeChecksums()]
    await pipeline(Readable.from(entries.values().map((entry) => `${checked(JSON.stringify(told(entry).line), entry.kind === 'end' ? 'last' : 'any')}\n`)), createWriteStream(record), { signal })
    return { night: night.name, recordMB: Math.round((await stat(record)).size / 1e6), ...(await judgedByCommand(dir, signal)) }
  },
  figures: (results) =>
    [...Map.groupBy(results, ({ night }) => night)].map(([night, same]) => {
      const isSame = new Set(same.map(({ digest }) => digest)).size === 1
      const [first] = same
      return `${night}: ${first?.recordMB} MB, ${first?.verdict}, ${first?.leftBehind} left behind; ${spread(same.map(({ wallMs }) => wallMs / 1_000), 's')}, ${spread(same.map(({ cpuMs }) => cpuMs / 1_000), 's of CPU')}, ${spread(same.map(({ peakMB }) => peakMB), 'MB at its peak', 0)}; ${isSame ? 'the same bytes' : 'DIFFERENT BYTES'}`
    }),
}

/** `lowtide judge` in a process of its own. */
async function judgedByCommand(dir: string, signal: AbortSignal): Promise<Omit<JudgedNight, 'night' | 'recordMB'>> {
  const beganMs = performance.now()
  const child = spawn(process.execPath, ['--import', tellPeak, launcher, 'judge', dir, '--json'], { stdio: ['ignore', 'pipe', 'inherit', 'pipe'], signal })
  const [said, used] = await Promise.all([text(child.stdout as Readable), json(child.stdio[3] as Readable), once(child, 'exit')])
  const { peakBytes, cpuMs } = used as { peakBytes: number; cpuMs: number }
  const { verdict, dose } = JSON.parse(said)
  return { verdict, leftBehind: dose.leftBehind, wallMs: Math.round(performance.now() - beganMs), cpuMs: Math.round(cpuMs), peakMB: Math.round(peakBytes / 1e6), digest: createHash('sha256').update(said).digest('hex').slice(0, 12) }
}
