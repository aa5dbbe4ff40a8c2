import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Plugin } from 'esbuild'
import type { Rude } from '../../scenario/rude.ts'
import { build } from '../../stack/bundler.ts'
import type { Told } from './message.ts'

/** The process of a run's rude clients, and the load's visits in a form that it can read. */
export type RudeBundle = { readonly script: string; readonly visits: string; readonly folder: string; readonly rude: Rude }

/**
 * Bundles the load that `entry` is for k6 a second time, for Node, and asks whether it can have these rude clients. Fails with the reason, and once `signal` is aborted.
 * @param define what the bundler writes into a script of ours
 * @param run the run's id, as LOWTIDE_OWNER in the environment of who is asked
 * @param answersWithinMs for visits that never come back
 */
export const bundleRude = async ({ entry, define, folder, dir, run, rude, signal, answersWithinMs = 30_000 }: { readonly entry: string; readonly define: Record<string, string>; readonly folder: string; readonly dir: string; readonly run: string; readonly rude: Rude; readonly signal: AbortSignal; readonly answersWithinMs?: number }): Promise<RudeBundle> => {
  const common = { bundle: true, format: 'esm', platform: 'node', target: 'node24', sourcemap: 'inline', logLevel: 'silent' } as const
  const script = join(dir, 'load', 'rude.mjs')
  const visits = join(dir, 'load', 'visits.mjs')
  // The parser of answers is CommonJS and asks for modules of Node.
  const banner = { js: "import { createRequire } from 'node:module'\nconst require = createRequire(import.meta.url)" }
  await build({ ...common, entryPoints: [ours('main.ts')], outfile: script, banner })
  await build({ ...common, entryPoints: [entry], outfile: visits, define, alias: { 'lowtide/journey': ours('journey-in-node.ts') }, plugins: [k6InNode], banner })
  const told: Told = { rude, visits, folder, plan: null, addresses: null }
  const asked = promisify(execFile)(process.execPath, ['--enable-source-maps', script], { env: { ...process.env, LOWTIDE_OWNER: run, LOWTIDE_RUDE: JSON.stringify(told) }, signal, timeout: answersWithinMs, killSignal: 'SIGKILL' })
  await asked.catch((error: Error & { readonly stderr?: string; readonly killed?: boolean }) => {
    signal.throwIfAborted()
    const why = error.killed ? `its script or one of its visits had not come back after ${answersWithinMs} ms: it may loop for ever` : (saidBy(error.stderr) ?? error.message)
    throw new Error(`The load cannot have these rude clients: ${why}`, { cause: error })
  })
  return { script, visits, folder, rude }
}

const ours = (name: string) => fileURLToPath(new URL(name, import.meta.url))

const k6InNode: Plugin = { name: 'k6-in-node', setup: building => building.onResolve({ filter: /^k6(\/|$)/ }, () => ({ path: ours('k6-in-node.cjs') })) }

/** Node prints the place, then `Error: ` with the reason. */
const saidBy = (stderr = ''): string | undefined => /^\w*Error(?: \[\w+\])?: (.+)$/m.exec(stderr)?.[1]
