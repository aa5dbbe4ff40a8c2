import { lstat, readdir, readlink, realpath, rm, stat, utimes } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { homeOfUser } from '../../stack/home.ts'

/** Where the k6 lies that was fetched or built: $LOWTIDE_CACHE, else ~/.cache/lowtide. All revisions of Lowtide on a machine share it. A whole path, since k6 starts in its journey's folder; who has no home has one that cannot be written. */
export const cacheFolder = (): string => resolve(process.env['LOWTIDE_CACHE'] || join(homeOfUser() ?? '/nonexistent', '.cache', 'lowtide'))

/** The release of a version, or what was built of it from the sources with this hash. */
export const cachedFile = (version: string, sources?: string): string => join(cacheFolder(), sources === undefined ? `k6-${version}` : `k6-${version}-lowtide-${sources}`)

/** Where the release is unpacked that becomes `file`. */
export const unpackedBeside = (file: string): string => `${file}.unpacked`

/** Nobody but us makes files with such names: `.part` is one that was being fetched or built, and may have a folder beside it. */
const ours = /^k6-\d+\.\d+\.\d+(?:-lowtide-[0-9a-f]{8})?(?:\.[0-9a-f-]{36}\.part(?:\.unpacked)?)?$/

/** For so long another revision, used now and then, is waited for. */
export const forgottenMs = 30 * 86_400_000

/** Tells the other revisions that it is in use. A cache that others own may not let us. */
export const markUsed = async (file: string): Promise<void> => {
  const now = new Date()
  await utimes(file, now, now).catch(() => undefined)
}

/** One k6 of the cache. */
export type Cached = { readonly file: string; readonly bytes: number }

/** What is in the cache beside `own`, was used by nobody for `unusedMs`, and runs in no process that we may look at. */
export const unusedBeside = async (own: readonly string[], unusedMs: number): Promise<readonly Cached[]> => {
  const files = (await readdir(cacheFolder()).catch(() => [])).filter(name => ours.test(name)).map(name => join(cacheFolder(), name))
  const others = files.filter(file => !own.includes(file)).toSorted()
  const running = new Set(others.length === 0 ? [] : await runningPrograms())
  const found = await Promise.all(
    others.map(async file => {
      // Another Lowtide may remove it meanwhile, or have removed what it leads to.
      const [entry, target, program] = await Promise.all([lstat(file).catch(() => null), stat(file).catch(() => null), realpath(file).catch(() => file)])
      // Revisions that mark nothing read it when they run it, which a file system notes once a day. Of a link it notes that we have just read it: what it leads to counts, if anything.
      const usedMs = target === null ? (entry?.mtimeMs ?? 0) : Math.max(target.mtimeMs, target.atimeMs)
      if (entry === null || Date.now() - usedMs < unusedMs || running.has(program)) return []
      return [{ file, bytes: entry.size }]
    }),
  )
  return found.flat()
}

export const removeCached = async (files: readonly Cached[]): Promise<void> => {
  for (const { file } of files) await rm(file, { recursive: true, force: true })
}

/** Of the processes that are ours to look at. */
const runningPrograms = async (): Promise<readonly string[]> => {
  const pids = (await readdir('/proc').catch(() => [])).filter(name => /^\d+$/.test(name))
  return Promise.all(pids.map(pid => readlink(`/proc/${pid}/exe`).catch(() => '')))
}
