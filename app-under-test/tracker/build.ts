/** Bundles the CGI script into one file, since every request pays for its start. `node build.ts` does it once, for an image. */
import { existsSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { buildSync } from 'esbuild'

export const CGI_BIN = join(import.meta.dirname, 'cgi-bin')

const CGI_BUNDLE = join(CGI_BIN, 'drproject.cjs')

/** Writes `cgi-bin/drproject.cjs`, which `cgi-bin/drproject.cgi` runs. Readers see the old file or the new one, never half of it. */
export function buildCgi(): void {
  const unfinished = join(CGI_BIN, `.drproject.${process.pid}.cjs`)
  buildSync({
    stdin: { contents: `require('./cgi.ts').main()`, resolveDir: import.meta.dirname },
    outfile: unfinished,
    bundle: true,
    platform: 'node',
    // Debian's own Node runs it too: Apache does not know of the one in node_modules.
    target: 'node20',
    format: 'cjs',
    external: ['pg-native', 'pg-cloudflare'],
    minifySyntax: true,
    logLevel: 'error',
  })
  renameSync(unfinished, CGI_BUNDLE)
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
