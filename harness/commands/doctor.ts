import { exitCodes } from '../exit-codes.ts'
import { describeK6, findK6, unusedK6 } from '../load/k6/binary.ts'
import { cacheFolder, forgottenMs, removeCached } from '../load/k6/cache.ts'
import { bytes } from '../report/words.ts'
import { temporaryFolder } from '../scenario/temporary-folder.ts'
import { leftOver, livingRuns } from '../stack/left-over.ts'
import { whyNoNamespace } from '../stack/namespace.ts'
import { removeOwned } from '../stack/owned.ts'
import { findBinaries, serverUser } from '../stack/postgres-binaries.ts'
import type { Owned } from '../stack/stack.ts'
import { count } from '../verdict/words.ts'
import type { Command, Io } from './command.ts'

export default {
  usage: 'doctor [--clean]',
  does: 'says what this machine can run; finds or removes what a dead run left, and the k6 of other revisions',
  options: { clean: { type: 'boolean' } },
  operands: 'none',
  run: async ({ values }, io) => {
    const [linux, temporary, postgresql, docker, generator] = [platform(), await folder(), await postgres(), await engine(), await k6(io)]
    for (const { ok, line } of [linux, temporary, postgresql, docker, generator, vanishing()]) io.stdout.write(`${ok ? 'ok   ' : 'lacks'}  ${line}\n`)
    const [left, unused] = [await leftOver(), await k6OfOthers()]
    if (values.clean === true) {
      // Without a pause since it was found to be unused: a run that takes it from the cache meanwhile would have marked it too late.
      await removeCached(unused)
      const removed = await removeOwned(left).catch((error: Error) => {
        io.stderr.write(`Not everything could be removed: ${error.message}. Run lowtide doctor --clean as the user whose it is, or as root.\n`)
        return null
      })
      if (removed === null) return exitCodes.couldNotRun
      const lines = [...removed, ...unused.map(({ file, bytes: size }) => `${file} (${bytes(size)})`)].map((what) => `removed ${what}\n`)
      io.stdout.write(lines.join('') || 'nothing to clean\n')
    } else {
      if (left.length > 0) io.stdout.write(`left over from runs that are over: ${left.map(wordsOf).join(', ')}. lowtide doctor --clean removes it.\n`)
      if (unused.length > 0) io.stdout.write(`left over from other revisions: ${count(unused.length, 'k6', 'k6')} in ${cacheFolder()}, ${bytes(unused.reduce((sum, { bytes: size }) => sum + size, 0))}. lowtide doctor --clean removes ${unused.length === 1 ? 'it' : 'them'}.\n`)
    }
    const canBoot = (linux.ok && postgresql.ok) || docker.ok
    return temporary.ok && canBoot && generator.ok ? exitCodes.pass : exitCodes.couldNotRun
  },
} satisfies Command

type Check = { readonly ok: boolean; readonly line: string }

const platform = (): Check => ({ ok: process.platform === 'linux', line: `processes stack: ${process.platform}, node ${process.version}${process.platform === 'linux' ? '' : '; it needs the /proc of Linux'}` })

const folder = (): Promise<Check> => temporaryFolder().then((path) => ({ ok: true, line: `temporary files: ${path}` }), (error: Error) => ({ ok: false, line: error.message }))

async function postgres(): Promise<Check> {
  try {
    serverUser()
    const { postgres: program } = await findBinaries()
    return { ok: true, line: `embedded PostgreSQL: ${program}` }
  } catch (error) {
    return { ok: false, line: error instanceof Error ? error.message : String(error) }
  }
}

async function engine(): Promise<Check> {
  const { findEngine } = await import('../stack/engine.ts')
  const found = await findEngine()
  if (found.kind === 'none') return { ok: false, line: `containers stack: ${found.why}` }
  // One may say its version and hang over all else.
  const { labelledRuns } = await import('../stack/containers-clean.ts')
  return labelledRuns().then(() => ({ ok: true, line: `containers stack: Docker engine ${found.version}` }), (error: Error) => ({ ok: false, line: `containers stack: ${error.message}` }))
}

async function k6({ signal, stderr }: Io): Promise<Check> {
  return findK6({ signal, say: (line) => stderr.write(`${line}\n`) }).then((found) => ({ ok: true, line: `k6 ${describeK6(found)}` }), (error: Error) => ({ ok: false, line: error.message }))
}

function vanishing(): Check {
  const why = whyNoNamespace()
  return { ok: why === null, line: `clients that vanish: ${why ?? 'a network namespace can be made'}` }
}

/** Each k6 in the cache that other revisions have built and no longer need. While any run goes on, only those that nobody has used for 30 days: another may be about to be started, or be between two loads. */
export const k6OfOthers = () => unusedK6(livingRuns().size > 0 ? forgottenMs : restingMs)

const restingMs = 3_600_000

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
