import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { plantedMemory, removePlantedMemory } from '../probes/proc/planted-memory.ts'
import { hasNamespace, namespaceOf, removeNamespace } from './namespace-clean.ts'
import { commandOf, pids, readProc, statOf, wordsOf, workingFolderOf } from './proc.ts'
import type { Owned } from './stack.ts'

/**
 * Removes what a run owns and says what it removed. Idempotent; nothing that is gone already is an error.
 * Ownership is by tag, by label and by data directory, not by process group: backends of PostgreSQL have sessions of their own and
 * no environment, and hung CGI scripts belong to process 1.
 */
export async function removeOwned(owned: readonly Owned[]): Promise<string[]> {
  const removed: string[] = []
  const failures: unknown[] = []
  for (const thing of owned.toSorted((a, b) => turnOf(a) - turnOf(b))) {
    await remove(thing).then((gone) => removed.push(...gone), (error) => failures.push(error))
  }
  // One thing that cannot be removed must not keep the rest.
  if (failures.length > 0) throw failures.length === 1 ? failures[0] : new AggregateError(failures, failures.map(String).join('; '))
  return removed
}

/** Directories come after everything that runs on this machine: a server would write into them again. A cluster comes last: it may not answer, and nothing else is to wait for it. */
const turnOf = ({ kind }: Owned): number => (kind === 'cluster' ? 2 : kind === 'directory' ? 1 : 0)

/** What of it is still there, as words for the user. */
export async function findOwned(owned: readonly Owned[]): Promise<string[]> {
  const found: string[] = []
  for (const thing of owned) {
    switch (thing.kind) {
      case 'tag':
        found.push(...taggedProcesses(thing.run).map((pid) => `process ${pid} (${commandOf(pid)})`), ...sharedMemoryOf(thing.run))
        break
      case 'postgres':
        found.push(...processesIn(thing.dataDir).map((pid) => `process ${pid} (${commandOf(pid)})`), ...orphanedSegments(thing.dataDir).map((id) => `shared memory ${id}`))
        break
      case 'directory':
        if (existsSync(thing.path)) found.push(`directory ${thing.path}`)
        break
      case 'namespace':
        if (hasNamespace(thing.run)) found.push(`network namespace ${namespaceOf(thing.run)}`)
        break
      case 'label': {
        const { listByLabel } = await import('./containers-clean.ts')
        found.push(...(await listByLabel(thing.run)))
        break
      }
      case 'cluster': {
        const { listInCluster } = await import('./cluster-clean.ts')
        found.push(...(await listInCluster(thing)))
        break
      }
      default:
        thing satisfies never
    }
  }
  return found
}

async function remove(thing: Owned): Promise<string[]> {
  switch (thing.kind) {
    case 'tag': {
      const killed = await killAll(() => taggedProcesses(thing.run))
      const left = sharedMemoryOf(thing.run) // after those who could make it
      removePlantedMemory(thing.run)
      return [...killed, ...left]
    }
    case 'postgres':
      return stopPostgres(thing.dataDir)
    case 'directory': {
      const there = existsSync(thing.path)
      await rm(thing.path, { recursive: true, force: true, maxRetries: 3 })
      return there ? [`directory ${thing.path}`] : []
    }
    case 'namespace':
      return removeNamespace(thing.run)
    case 'label': {
      // Loaded only for runs with containers: the client of the engine takes longer to load than all else here.
      const { removeByLabel } = await import('./containers-clean.ts')
      return removeByLabel(thing.run)
    }
    case 'cluster': {
      const { removeFromCluster } = await import('./cluster-clean.ts')
      return removeFromCluster(thing)
    }
  }
}

const sharedMemoryOf = (run: string) => (existsSync(plantedMemory(run)) ? [`shared memory ${plantedMemory(run)}`] : [])

/** SIGQUIT first, because a postmaster that is killed leaves its System V segment behind. Processes that stay get SIGKILL, and then the segment is removed here. */
async function stopPostgres(dataDir: string): Promise<string[]> {
  const postmaster = postmasterOf(dataDir)
  if (processesIn(dataDir).includes(postmaster)) kill(postmaster, 'SIGQUIT')
  for (const deadline = Date.now() + 1_500; processesIn(dataDir).length > 0 && Date.now() < deadline; ) await delay(25)
  const killed = await killAll(() => processesIn(dataDir))
  for (const id of orphanedSegments(dataDir)) spawnSync('ipcrm', ['-m', String(id)], { stdio: 'ignore' })
  return killed
}

/** The pid of the server's first process, in the first line of its pid file (pidfile.h); NaN where there is none. */
function postmasterOf(dataDir: string): number {
  try {
    return Number.parseInt(readFileSync(join(dataDir, 'postmaster.pid'), 'utf8'), 10)
  } catch {
    return Number.NaN
  }
}

/**
 * Ids of the System V segments that servers of this data directory made and nobody holds any more. PostgreSQL takes the directory's inode
 * as key (sysv_shmem.c); /proc/sysvipc/shm has the key first, as a signed number of 32 bits, then the id, and attachments seventh.
 */
function orphanedSegments(dataDir: string): number[] {
  const key = (statSync(dataDir, { throwIfNoEntry: false })?.ino ?? Number.NaN) | 0
  const segments = readProc('sysvipc/shm').split('\n').slice(1).map((line) => line.trim().split(/\s+/).map(Number))
  return key === 0 ? [] : segments.flatMap(([of, id, , , , , attached]) => (of === key && attached === 0 && id !== undefined ? [id] : []))
}

/** A process may fork while it is being killed, so this looks again until nobody is left. */
async function killAll(find: () => number[]): Promise<string[]> {
  const killed = new Map<number, string>()
  for (const deadline = Date.now() + 3_000; Date.now() < deadline; await delay(25)) {
    const found = find()
    if (found.length === 0) break
    for (const pid of found) {
      killed.set(pid, commandOf(pid))
      kill(pid, 'SIGKILL')
    }
  }
  return [...killed].map(([pid, command]) => `process ${pid} (${command})`)
}

/**
 * LOWTIDE_RUN marks the application, LOWTIDE_OWNER what the harness started for itself. A process that has cleared its environment belongs
 * to who started it: to its parent, or, once that has gone, to the leader of its session. Zombies need no killing.
 */
function taggedProcesses(run: string): number[] {
  const tags = [`LOWTIDE_RUN=${run}`, `LOWTIDE_OWNER=${run}`]
  const alive = pids().flatMap((pid) => statOf(pid) ?? []).filter(({ state }) => state !== 'Z')
  const owned = new Set(alive.filter(({ pid }) => wordsOf(pid, 'environ').some((pair) => tags.includes(pair))).map(({ pid }) => pid))
  for (let before = -1; before < owned.size; ) {
    before = owned.size
    for (const { pid, parentPid, session } of alive) if (owned.has(parentPid) || owned.has(session)) owned.add(pid)
  }
  owned.delete(process.pid)
  return [...owned].toSorted((a, b) => a - b)
}

/** PostgreSQL overwrites its environment with its process title, but each of its processes has the data directory as its working folder, even when that has been deleted. */
const processesIn = (dir: string) => pids().filter((pid) => [dir, `${dir} (deleted)`].includes(workingFolderOf(pid)))

function kill(pid: number, signal: NodeJS.Signals) {
  try {
    process.kill(pid, signal)
  } catch {
    // gone
  }
}
