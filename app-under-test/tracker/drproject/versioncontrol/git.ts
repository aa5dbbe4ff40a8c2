import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'

/** What git printed; `cut` if there was more than was asked for. */
export type Output = { readonly bytes: Buffer; readonly cut: boolean }

export type Limits = { readonly maxBytes?: number; readonly timeoutMs?: number }

/** Runs git on one bare repository and returns what it prints, up to `maxBytes`. Throws GitError if it fails, takes too long, or is not there. */
export async function git(repository: string, args: readonly string[], { maxBytes = 4_000_000, timeoutMs = 10_000 }: Limits = {}): Promise<Output> {
  await using running = startGit(repository, args, timeoutMs)
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of running.output) {
    chunks.push(chunk)
    size += chunk.length
    if (size > maxBytes) return { bytes: Buffer.concat(chunks).subarray(0, maxBytes), cut: true }
  }
  await running.succeeded()
  return { bytes: Buffer.concat(chunks), cut: false }
}

/** As `git`, for what is too much to hold at once: the fields of an output that separates them by NUL. */
export async function* gitFields(repository: string, args: readonly string[], timeoutMs = 600_000): AsyncGenerator<string> {
  await using running = startGit(repository, args, timeoutMs)
  let rest: Buffer = Buffer.alloc(0)
  for await (const chunk of running.output) {
    rest = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk
    let begin = 0
    for (let end = rest.indexOf(0); end >= 0; end = rest.indexOf(0, begin)) {
      yield rest.toString('utf8', begin, end)
      begin = end + 1
    }
    rest = rest.subarray(begin)
  }
  await running.succeeded()
}

export class GitError extends Error {
  override readonly name = 'GitError'
}

/** Neither the machine's nor the user's settings count, and nothing is asked, fetched or locked. */
export const GIT_ENVIRONMENT = {
  PATH: process.env.PATH,
  LC_ALL: 'C.UTF-8',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_TERMINAL_PROMPT: '0',
  GIT_OPTIONAL_LOCKS: '0',
  GIT_NO_LAZY_FETCH: '1',
}

type Running = AsyncDisposable & { readonly output: AsyncIterable<Buffer>; readonly succeeded: () => Promise<void> }

/** No shell, and no pathspec magic: what is an argument here is an argument there. Repositories belong to whoever made them, so git is told to trust this one. Disposing ends the process. */
function startGit(repository: string, args: readonly string[], timeoutMs: number): Running {
  const settings = ['-c', `safe.directory=${repository}`, '-c', 'core.quotePath=false', '-c', 'log.showSignature=false']
  // Loaded here: most CGI requests run no git, and each would pay for it.
  const { spawn } = process.getBuiltinModule('node:child_process')
  const child = spawn('git', ['--git-dir', repository, ...settings, '--no-pager', '--literal-pathspecs', ...args], { env: GIT_ENVIRONMENT, stdio: ['ignore', 'pipe', 'pipe'] })
  let [timedOut, complaint] = [false, '']
  const timer = setTimeout(() => {
    timedOut = true
    child.kill('SIGKILL')
  }, timeoutMs)
  child.stderr.setEncoding('utf8').on('data', (text: string) => void (complaint = `${complaint}${text}`.slice(-1000)))
  const ended = endOf(child).finally(() => clearTimeout(timer))
  ended.catch(() => {})
  return {
    output: child.stdout,
    succeeded: async () => {
      const how = await ended
      if (timedOut) throw new GitError(`git ${args[0]} took longer than ${timeoutMs} ms in ${repository}.`)
      if (how !== 0) throw new GitError(`git ${args[0]} failed in ${repository} (${how}): ${complaint.trim() || 'it does not say why'}`)
    },
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL')
      await ended.catch(() => {})
    },
  }
}

/** Exit code or signal. Throws GitError if there is no git. */
async function endOf(child: ChildProcess): Promise<number | string> {
  try {
    const [code, signal] = (await once(child, 'close')) as [number | null, string | null]
    return code ?? signal ?? 'no exit code'
  } catch (error) {
    throw new GitError('git could not be started. Install it, or see that it is on the PATH.', { cause: error })
  }
}
