/** Bundles the CGI script into one file and compiles it, since every request pays for its start. `node build.ts` does it once, for an image. */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { buildSync } from 'esbuild'

export const CGI_BIN = join(import.meta.dirname, 'cgi-bin')

const CGI_BUNDLE = join(CGI_BIN, 'drproject.cjs')

/** Writes `cgi-bin/drproject.cjs`, which `cgi-bin/drproject.cgi` runs, and V8's code for it. Readers see the old files or the new ones, never half of them. */
export function buildCgi(): void {
  const { outputFiles } = buildSync({
    stdin: { contents: `require('./cgi.ts').main()`, resolveDir: import.meta.dirname },
    bundle: true,
    platform: 'node',
    // Debian's own Node runs it too: Apache does not know of the one in node_modules.
    target: 'node20',
    format: 'cjs',
    external: ['pg-native', 'pg-cloudflare'],
    minifySyntax: true,
    logLevel: 'error',
    write: false,
  })
  const bundle = outputFiles[0]!.text
  const hash = createHash('sha256').update(bundle).digest('hex').slice(0, 32)
  const unfinished = join(CGI_BIN, `.drproject.${process.pid}.cjs`)
  writeFileSync(unfinished, `// ${hash}\n${bundle}`)
  renameSync(unfinished, CGI_BUNDLE)
  spawnSync(process.execPath, [join(CGI_BIN, 'bundle.cjs')])
  for (const file of readdirSync(CGI_BIN)) if (file.endsWith('.code') && !file.includes(hash)) rmSync(join(CGI_BIN, file), { force: true })
}

/** Builds anew, or makes do with what was built before, where nothing may be written. */
export function ensureCgi(): void {
  try {
    buildCgi()
  } catch (error) {
    if (!existsSync(CGI_BUNDLE)) throw error
  }
}

if (import.meta.main) {
  buildCgi()
  console.log(`Built ${CGI_BUNDLE}`)
}
