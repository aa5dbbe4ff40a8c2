/**
 * What an image is made from: `node build.ts` bundles the CGI script into one file and compiles it, since every request pays for its start, and writes
 * the repositories of preset `course`.
 */
import { execFile, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

export const CGI_BIN = join(import.meta.dirname, 'cgi-bin')

const CGI_BUNDLE = join(CGI_BIN, 'drproject.cjs')

/** Writes `cgi-bin/drproject.cjs`, which `cgi-bin/drproject.cgi` runs, and V8's code for it. Readers see the old files or the new ones, never half of them. */
export async function buildCgi(): Promise<void> {
  const bundle = await bundled()
  const hash = createHash('sha256').update(bundle).digest('hex').slice(0, 32)
  const unfinished = join(CGI_BIN, `.drproject.${process.pid}.cjs`)
  writeFileSync(unfinished, `// ${hash}\n${bundle}`)
  renameSync(unfinished, CGI_BUNDLE)
  spawnSync(process.execPath, [join(CGI_BIN, 'bundle.cjs')])
  for (const file of readdirSync(CGI_BIN)) if (file.endsWith('.code') && !file.includes(hash)) rmSync(join(CGI_BIN, file), { force: true })
}

/**
 * By esbuild's command, as its functions leave a service behind, one more process of whoever builds, such as a gateway, for as long as that serves; and what else is being built by a service that
 * is stopped may never come back. (That of `buildSync` belongs to a thread, which ends before it can reap it: a zombie.)
 */
async function bundled(): Promise<string> {
  const building = promisify(execFile)(ESBUILD, BUNDLED_AS, { cwd: import.meta.dirname, maxBuffer: LONGEST_BUNDLE, timeout: BUILT_WITHIN_MS })
  // One that is gone before it has read shows in its exit.
  building.child.stdin?.on('error', () => undefined).end(`import { main } from './cgi.ts'; void main()`)
  return (await building).stdout
}

const ESBUILD = fileURLToPath(import.meta.resolve('esbuild/bin/esbuild'))
// esbuild does not know that Node 24 has `using`, and would put two closures in place of each.
const BUNDLED_AS = ['--bundle', '--platform=node', '--target=node24', '--supported:using=true', '--format=cjs', '--external:pg-native', '--external:pg-cloudflare', '--minify-syntax', '--log-level=error']
const LONGEST_BUNDLE = 16 * 2 ** 20
const BUILT_WITHIN_MS = 60_000

/** Builds anew, or makes do with what was built before, where nothing may be written. */
export async function ensureCgi(): Promise<void> {
  try {
    await buildCgi()
  } catch (error) {
    if (!existsSync(CGI_BUNDLE)) throw error
  }
}

/** Writes the repositories, unless those that are there were made by the same code. Without git there will be none. */
async function ensureRepositories(): Promise<string> {
  // Only here: the front ends import this file and need none of it.
  const [{ PRESETS }, { STAMP, writeRepositories }] = await Promise.all([import('./seed/presets.ts'), import('./seed/repositories.ts')])
  const made = join(REPOSITORIES, STAMP)
  const code = createHash('sha256')
  for (const file of readdirSync(SEED).sort()) if (!file.includes('.test.')) code.update(readFileSync(join(SEED, file)))
  const version = `course, seed 2006, ${code.digest('hex')}\n`
  if (existsSync(made) && readFileSync(made, 'utf8') === version) return `${REPOSITORIES} is as it should be`
  mkdirSync(REPOSITORIES, { recursive: true })
  try {
    await writeRepositories(REPOSITORIES, PRESETS.course!.projects(2006))
  } catch (error) {
    return `Wrote no repositories: ${error instanceof Error ? error.message : String(error)}`
  }
  writeFileSync(made, version)
  return `Wrote ${REPOSITORIES}`
}

const REPOSITORIES = join(import.meta.dirname, 'repositories')
const SEED = join(import.meta.dirname, 'seed')

if (import.meta.main) {
  await buildCgi()
  console.log(`Built ${CGI_BUNDLE}`)
  console.log(await ensureRepositories())
}
