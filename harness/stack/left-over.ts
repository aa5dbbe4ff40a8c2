import { lstatSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { plantedMemory, runsWithMemory } from '../probes/proc/planted-memory.ts'
import { namespacedRuns } from './namespace-clean.ts'
import { pids, wordsOf } from './proc.ts'
import type { Owned } from './stack.ts'

/** What runs that are over have left on this machine: containers by their label, processes and shared memory by their tag, network namespaces, data directories and folders in the temporary directory. */
export async function leftOver(): Promise<Owned[]> {
  const tagged = otherPids().flatMap((pid) => wordsOf(pid, 'environ').flatMap((pair) => /^LOWTIDE_(?:RUN|OWNER)=(.+)$/.exec(pair)?.[1] ?? []))
  const tags = new Set([...tagged, ...runsWithMemory().filter((run) => isOurs(plantedMemory(run)))].filter((run) => nameOfRun.test(run)))
  const homes = (await readdir(tmpdir()).catch(() => [])).flatMap((name) => {
    const [, run] = homeOfRun.exec(name) ?? []
    const path = join(tmpdir(), name)
    return run === undefined || !isOurs(path) ? [] : { run, path }
  })
  const { labelledRuns } = await import('./containers-clean.ts')
  // Of an engine that hangs `doctor` tells beside; all else can be found, and removed, without it.
  const labels = await labelledRuns().catch(() => [])
  const namespaces = namespacedRuns().filter((run) => nameOfRun.test(run))
  // Last, though it takes no time: a run that begins meanwhile has its watchdog before it has anything else.
  const living = livingRuns()
  const isOver = (run: string) => !living.has(run)
  return [
    ...labels.filter(isOver).map((run) => ({ kind: 'label' as const, run })),
    ...[...tags].filter(isOver).map((run) => ({ kind: 'tag' as const, run })),
    ...namespaces.filter(isOver).map((run) => ({ kind: 'namespace' as const, run })),
    ...homes.filter(({ run }) => isOver(run)).flatMap(({ path }) => [{ kind: 'postgres' as const, dataDir: join(path, 'data') }, { kind: 'directory' as const, path }]),
  ]
}

/** What another user's run has left is that user's to remove, and whether it is over may not be for us to see. Root may remove and sees all. */
function isOurs(path: string): boolean {
  const owner = lstatSync(path, { throwIfNoEntry: false })?.uid
  const user = process.getuid?.()
  return owner !== undefined && (user === 0 || user === owner)
}

/** `lowtide-<run>-<random>`, where a run is `<utc>-<random>-<scenario>`: nobody else's folder looks like it. */
const homeOfRun = /^lowtide-(\d{4}-\d{2}-\d{2}T\d{6}Z-[a-z0-9-]+)-\w{6}$/
const nameOfRun = /^\d{4}-\d{2}-\d{2}T\d{6}Z-[a-z0-9-]+$/

/** The runs that go on: those whose watchdog is there. Its last argument is the run's id, or in older revisions the folder of that name. */
export function livingRuns(): ReadonlySet<string> {
  const commands = otherPids().map((pid) => wordsOf(pid, 'cmdline').filter((word) => word !== ''))
  return new Set(commands.flatMap((words) => (words.some((word) => word.endsWith('watchdog-main.ts')) ? [basename(words.at(-1) ?? '')] : [])))
}

const otherPids = () => pids().filter((pid) => pid !== process.pid)
