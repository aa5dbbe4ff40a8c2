import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

/** What this run was made with: the revision of the working tree, and the runtime. */
export async function ownVersions(): Promise<Record<string, string>> {
  const revision = await git('rev-parse', '--short', 'HEAD')
  const changes = await git('status', '--porcelain')
  return {
    ...(revision === null ? {} : { git: `${revision}${changes ? ' with uncommitted changes' : ''}` }),
    node: process.version,
    platform: `${process.platform}-${process.arch}`,
  }
}

/** null outside a repository, or without git. */
const git = (...args: string[]) => promisify(execFile)('git', args, { timeout: 5_000 }).then(({ stdout }) => stdout.trim(), () => null)
