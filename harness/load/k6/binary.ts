import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdir, rename, rm } from 'node:fs/promises'
import { promisify } from 'node:util'
import type { Model } from '../../scenario/model.ts'
import { cachedFile, cacheFolder, forgottenMs, markUsed, removeCached, unusedBeside, type Cached } from './cache.ts'
import { buildK6, sourceHash } from './from-go.ts'
import { k6InContainer } from './from-image.ts'
import { downloadK6 } from './from-release.ts'

/** The k6 of a load. `command` is the program with its leading arguments; k6's own arguments follow. In a cluster it is that of an image, whose name is all that is known of its version, and has no command. */
export type K6 = {
  readonly version: string
  readonly how: 'path' | 'cache' | 'release' | 'go' | 'image' | 'cluster'
  readonly command: readonly string[]
  /** How its samples come: as k6's own CSV, a dozen rows a request, or as the two short lines of the output that is built in with Go, for a tenth of the CPU. */
  readonly output: 'csv' | 'lowtide'
}

/** For people: `2.2.0 (cache, own output)`. */
export const describeK6 = ({ version, how, output }: K6): string => `${version} (${how}, ${output === 'lowtide' ? 'own output' : 'CSV'})`

/** The k6 that is fetched or built where none is installed. Any other 2.x on PATH is taken as it is. */
export const pinnedVersion = '2.2.0'

/** No k6 could be had. The message names what was tried, and three ways to get one. */
export class K6NotFound extends Error {}

export type Finding = { readonly signal: AbortSignal; readonly say: (line: string) => void }

/** The k6 by which a load is sent. Where its generators run in a cluster, none is needed here. */
export const k6For = async ({ cluster }: Pick<Model, 'cluster'>, finding: Parameters<typeof findK6>[0]): Promise<K6> =>
  cluster === undefined ? findK6(finding) : { version: cluster.image, how: 'cluster', command: [], output: 'lowtide' }

/**
 * Finds k6 2.x: on PATH, in the cache, as a checksummed release, built from the pinned Go module, or as a container image.
 * Throws K6NotFound when all five fail. One with Lowtide's output goes before all others;
 * where there is none yet it is built only for a load that is `long`, which is worth the minutes.
 */
export const findK6 = async ({ long = false, ...options }: Finding & { readonly long?: boolean }): Promise<K6> => {
  const own = await fromOwnCache(options).catch(() => null)
  if (own !== null) return { how: 'cache', ...own }
  const tried: string[] = []
  for (const [how, get] of long ? sources.toSorted(([a], [b]) => Number(b === 'go') - Number(a === 'go')) : sources) {
    try {
      return { how, ...(await get(options)) }
    } catch (error) {
      options.signal.throwIfAborted()
      const reason = inOneLine(error)
      tried.push(`${how}: ${reason}`)
      if (how === 'release') options.say(`k6 ${pinnedVersion} cannot be downloaded (${reason}); going on without`)
      if (how === 'go' && long) options.say(`k6 cannot be built with Lowtide's output (${reason}); going on with its CSV, which costs more CPU`)
    }
  }
  throw new K6NotFound(
    `No k6 2.x could be had. Install it (https://grafana.com/docs/k6/latest/set-up/install-k6/), or put Go 1.25 or newer on PATH and run again, ` +
      `or start a Docker engine that can pull grafana/k6:${pinnedVersion}. Tried ${tried.join('; ')}.`,
  )
}

type Source = (options: Finding) => Promise<Omit<K6, 'how'>>

const fromPath: Source = ({ signal }) => usable('k6', signal)
const fromCache: Source = ({ signal }) => cached(release(), signal)
const fromOwnCache: Source = async ({ signal }) => cached(await ownBuild(), signal)

const release = () => cachedFile(pinnedVersion)
const ownBuild = async () => cachedFile(pinnedVersion, await sourceHash())

/** What of the cache is not this revision's, and no other has used for `unusedMs`. */
export const unusedK6 = async (unusedMs: number): Promise<readonly Cached[]> => unusedBeside([release(), await ownBuild()], unusedMs)

const cached = async (file: string, signal: AbortSignal) => {
  const found = await usable(file, signal)
  await markUsed(file)
  return found
}

/** Lets `make` write a k6 to the path it is given, checks that it runs, and moves it into the cache: whole, or not at all. */
const installed =
  (fileIn: () => string | Promise<string>, make: (file: string, options: Finding) => Promise<void>): Source =>
  async options => {
    const file = await fileIn()
    // Beside its goal, so that the rename is atomic; its own name, so that two runs at once do not write one file.
    const half = `${file}.${randomUUID()}.part`
    await mkdir(cacheFolder(), { recursive: true }).catch((cause: Error) => {
      throw new Error(`it cannot be kept in ${cacheFolder()} (${cause.message}): set LOWTIDE_CACHE to another folder`, { cause })
    })
    try {
      await make(half, options)
      const made = await usable(half, options.signal)
      await rename(half, file)
      // Each revision whose sources differ adds one.
      await unusedK6(forgottenMs).then(removeCached).catch(() => undefined)
      return { ...made, command: [file] }
    } finally {
      await rm(half, { recursive: true, force: true })
    }
  }

const fromImage: Source = async options => {
  const command = await k6InContainer(pinnedVersion, options)
  return { version: pinnedVersion, command, output: 'csv' }
}

const sources: readonly (readonly [K6['how'], Source])[] = [
  ['path', fromPath],
  ['cache', fromCache],
  ['release', installed(release, (file, options) => downloadK6(pinnedVersion, file, options))],
  ['go', installed(ownBuild, buildK6)],
  ['image', fromImage],
]

const usable = async (program: string, signal: AbortSignal): Promise<Omit<K6, 'how'>> => {
  const { stdout } = await promisify(execFile)(program, ['version'], { signal, timeout: 10_000 })
  const version = /\bv(\d+\.\d+\.\d+\S*)/.exec(stdout)?.[1]
  if (version === undefined) throw new Error(`\`${program} version\` printed no version: ${stdout.slice(0, 100).trim()}`)
  if (!version.startsWith('2.')) throw new Error(`k6 ${version} is not 2.x`)
  return { version, command: [program], output: ownExtensions.every(extension => extension.test(stdout)) ? 'lowtide' : 'csv' }
}

/** The output, and the module by which journeys hand it their requests: one built from older sources may lack it. */
const ownExtensions = [/^\s*lowtide\/\S+ .*\blowtide \[output\]/m, /^\s*lowtide\/\S+ .*\bk6\/x\/lowtide \[js\]/m]

/** Of a program that failed, what it said itself; shortened, since five of these make one message. */
const inOneLine = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error)
  if ('code' in error && error.code === 'ENOENT') return 'not there'
  const said = 'stderr' in error && typeof error.stderr === 'string' && error.stderr.trim() !== '' ? error.stderr : error.message
  return said.replace(/\s+/g, ' ').trim().slice(0, 250)
}
