import { mkdir } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { Plugin } from 'esbuild'
import { defaultRequestTimeoutMs, type Load } from '../scenario/scenario.ts'
import type { Model } from '../scenario/model.ts'
import { build } from '../stack/bundler.ts'
import type { K6 } from './k6/binary.ts'
import { bundleRude, type RudeBundle } from './rude/bundle.ts'
import { openTape, tapeMark, type Tape } from './tape.ts'

/** A journey in one file that k6 can run, made once a run: what is edited meanwhile does not change the load. */
export type Bundle = {
  readonly script: string
  /** Where the journey itself lies: k6's `open('./users.csv')` starts from here. */
  readonly folder: string
  readonly requestTimeoutMs: number
  readonly model: Omit<Model, 'rude' | 'requestTimeoutMs'>
  /** Where a part of the load is sent by clients that misbehave. */
  readonly rude?: RudeBundle
  /** Of a replay: the log that each cycle gets a stretch of, to be disposed of after the last. */
  readonly tape?: Tape
}

/**
 * Bundles a scenario's journey, or its routes, to `load/journey.js` in the run's folder `dir`. A journey may lie anywhere, be
 * TypeScript and import npm packages. `output` is that of the k6 which will run it. Fails with the place and the reason when it cannot be bundled, and once `signal` is aborted.
 */
export const bundleJourney = async ({ load, output, scenarioDir, dir, run, signal }: { readonly load: Load; readonly output: K6['output']; readonly scenarioDir: string; readonly dir: string; readonly run: string; readonly signal: AbortSignal }): Promise<Bundle> => {
  const entry = entryOf(load, scenarioDir)
  const script = join(dir, 'load', 'journey.js')
  await mkdir(join(dir, 'load'), { recursive: true })
  let inputs: readonly string[]
  try {
    const { metafile } = await build({
      entryPoints: [entry],
      outfile: script,
      bundle: true,
      format: 'esm',
      platform: 'neutral',
      mainFields: ['module', 'main'],
      target: 'es2020',
      external: ['k6', 'k6/*'],
      alias: { 'lowtide/journey': ours('journey/journey.ts') },
      plugins: output === 'lowtide' ? [tellingByStream] : [],
      define: givenTo(load),
      // k6 then names the journey's own lines when it throws.
      sourcemap: 'inline',
      sourcesContent: false,
      sourceRoot: `${pathToFileURL(dirname(script)).href}/`,
      logLevel: 'silent',
      metafile: true,
    })
    inputs = Object.keys(metafile.inputs).map(path => resolve(path))
  } catch (error) {
    throw new Error(`The journey ${entry} cannot be bundled: ${firstFault(error)}`, { cause: error })
  }
  // Its requests would leave no samples: a load that nobody counts.
  if (load.kind === 'journey' && !inputs.includes(ours('journey/journey.ts'))) throw new Error(`The journey ${entry} does not import lowtide/journey: export a default made by its \`journey\`, and its \`options\`, for its requests to be counted.`)
  const folder = load.kind === 'journey' ? dirname(entry) : scenarioDir
  const rude = load.kind !== 'replay' && load.rude ? { rude: await bundleRude({ entry, define: givenTo(load), folder, dir, run, rude: load.rude, signal }) } : {}
  const tape = load.kind === 'replay' ? { tape: await openTape({ load, scenarioDir, script, signal }) } : {}
  return { script, folder, requestTimeoutMs: load.requestTimeoutMs ?? defaultRequestTimeoutMs, model: load, ...rude, ...tape }
}

const entryOf = (load: Load, scenarioDir: string): string => {
  switch (load.kind) {
    case 'journey':
      return resolve(scenarioDir, load.journey)
    case 'routes':
      return ours('journey/routes-journey.ts')
    case 'replay':
      return ours('journey/replay-journey.ts')
    default:
      return load satisfies never
  }
}

/** What the bundler writes into a script of ours. */
const givenTo = (load: Load): Record<string, string> => {
  switch (load.kind) {
    case 'journey':
      return {}
    case 'routes':
      return { LOWTIDE_ROUTES: JSON.stringify(load.routes) }
    case 'replay':
      return { LOWTIDE_TAPE: JSON.stringify(tapeMark) }
    default:
      return load satisfies never
  }
}

/** A module that only a k6 with our output has. */
const tellingByStream: Plugin = { name: 'telling-by-stream', setup: building => building.onResolve({ filter: /\/tell-by-metrics\.ts$/ }, () => ({ path: ours('journey/tell-by-stream.ts') })) }

const ours = (name: string) => fileURLToPath(new URL(name, import.meta.url))

const firstFault = (error: unknown): string => {
  const faults = error instanceof Error && 'errors' in error ? (error.errors as readonly { text: string; location: { file: string; line: number } | null }[]) : []
  const [first] = faults
  if (first === undefined) return error instanceof Error ? error.message : String(error)
  return first.location === null ? first.text : `${first.location.file}:${first.location.line}: ${first.text}`
}
