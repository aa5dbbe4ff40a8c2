import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFile, readdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

/** Builds the k6 that k6-build/go.mod pins with Lowtide's output in it, every module checked against its go.sum, into `file`. Takes Go 1.25 or newer. */
export const buildK6 = async (file: string, { signal, say }: { readonly signal: AbortSignal; readonly say: (line: string) => void }): Promise<void> => {
  const go = await goVersion(signal)
  say(`building k6 from its pinned Go module with ${go}: one to three minutes, once`)
  await promisify(execFile)('go', ['build', '-mod=readonly', '-trimpath', '-buildvcs=false', '-ldflags=-s -w', '-o', file, '.'], {
    cwd: folder,
    // The user's own flags and workspace belong to the user's own modules. Without cgo no C compiler is needed.
    env: { ...process.env, GOFLAGS: '', GOWORK: 'off', CGO_ENABLED: '0' },
    signal,
    // On SIGINT go stops its compilers; killed outright, it would leave them running.
    killSignal: 'SIGINT',
    timeout: 15 * 60_000,
    maxBuffer: 64 * 1024 * 1024,
  })
}

/** Tells what is built apart from what was built from other sources. */
export const sourceHash = async (): Promise<string> => {
  const hash = createHash('sha256')
  for (const name of ['go.sum', 'main.go', ...(await readdir(`${folder}stream`)).filter(name => name.endsWith('.go')).toSorted().map(name => `stream/${name}`)]) hash.update(await readFile(folder + name))
  return hash.digest('hex').slice(0, 8)
}

const folder = fileURLToPath(new URL('../k6-build/', import.meta.url))

const goVersion = async (signal: AbortSignal): Promise<string> => {
  const { stdout } = await promisify(execFile)('go', ['version'], { signal, timeout: 10_000 })
  const [, major, minor] = /go(\d+)\.(\d+)/.exec(stdout) ?? []
  if (Number(major) < 1 || (Number(major) === 1 && Number(minor) < 25) || minor === undefined) throw new Error(`${stdout.trim()}, but k6 2.x takes Go 1.25`)
  return `Go ${major}.${minor}`
}
