import { build } from './bundler.ts'

/**
 * Bundles a program and all that it imports into one .mjs file, which then runs wherever a Node does: in a sidecar without node_modules,
 * and as part of an installed package, where Node strips no types.
 */
export async function bundle(entry: string, outfile: string): Promise<string> {
  await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node22',
    format: 'esm',
    external: ['pg-native'],
    logLevel: 'silent',
    // CommonJS packages inside an ES module ask for a require.
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  })
  return outfile
}
