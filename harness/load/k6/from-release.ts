import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmod, mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { unpackedBeside } from './cache.ts'

/** Downloads k6's own release for this platform to `file`. Nothing is unpacked before its SHA-256 is the pinned one. */
export const downloadK6 = async (
  version: string,
  file: string,
  { signal, say, site = 'https://github.com' }: { readonly signal: AbortSignal; readonly say: (line: string) => void; readonly site?: string },
): Promise<void> => {
  const release = releases[`${process.platform}-${process.arch}`]
  if (release === undefined) throw new Error(`no release for ${process.platform}-${process.arch} is pinned`)
  const name = `k6-v${version}-${release.platform}`
  const archive = await download(`${site}/grafana/k6/releases/download/v${version}/${name}${release.ending}`, signal, say)

  const sha256 = createHash('sha256').update(archive).digest('hex')
  if (sha256 !== release.sha256) throw new Error(`${name}${release.ending} has SHA-256 ${sha256}, expected ${release.sha256}: not installed`)

  const folder = unpackedBeside(file)
  try {
    await mkdir(folder)
    await writeFile(join(folder, 'archive'), archive)
    // GNU tar finds the compression out by itself; macOS's tar reads zip as well.
    await promisify(execFile)('tar', ['-xf', join(folder, 'archive'), '-C', folder], { signal, timeout: 60_000 })
    await rename(join(folder, name, 'k6'), file)
    await chmod(file, 0o755)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** SHA-256 of the archives of k6 2.2.0, as in its release's k6-v2.2.0-checksums.txt. */
const releases: Readonly<Record<string, { readonly platform: string; readonly ending: string; readonly sha256: string }>> = {
  'linux-x64': { platform: 'linux-amd64', ending: '.tar.gz', sha256: 'b5a8003c86f35f5cd5ceef1490312c48e587696c94d998cefc6d7b3b4cb1597d' },
  'linux-arm64': { platform: 'linux-arm64', ending: '.tar.gz', sha256: '4ecd64cadcc792402d16293836115480419c4447c032858f564852d98f1bf54c' },
  'darwin-x64': { platform: 'macos-amd64', ending: '.zip', sha256: '45a08590511c8a6a9c6331645e60c41624924e848e29472e87c60ac956d50372' },
  'darwin-arm64': { platform: 'macos-arm64', ending: '.zip', sha256: '37a028506bf13578de66c906296803775df28cc2504b1a8c5d786b2803e757c7' },
}

/** An unreachable host must not cost more than this, since other ways to get k6 are waiting. */
const answerWithinMs = 3_000
const wholeWithinMs = 180_000

const download = async (url: string, signal: AbortSignal, say: (line: string) => void): Promise<Buffer> => {
  const unanswered = new AbortController()
  const timer = setTimeout(() => unanswered.abort(new Error(`no answer from ${new URL(url).host} within ${answerWithinMs} ms`)), answerWithinMs)
  try {
    const response = await fetch(url, { signal: AbortSignal.any([signal, unanswered.signal, AbortSignal.timeout(wholeWithinMs)]) })
    clearTimeout(timer)
    if (!response.ok) throw new Error(`${url} answered ${response.status}`)
    say(`downloading ${url}`)
    return Buffer.from(await response.arrayBuffer())
  } catch (error) {
    // fetch hides the reason ("fetch failed") in its cause.
    if (error instanceof TypeError && error.cause instanceof Error) throw new Error(`${new URL(url).host}: ${error.cause.message}`, { cause: error })
    throw error
  } finally {
    clearTimeout(timer)
  }
}
