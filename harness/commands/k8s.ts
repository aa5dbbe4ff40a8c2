import { randomBytes } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { bundleJourney } from '../load/bundle.ts'
import { manifestsOf, nameIn, yamlOf } from '../load/cluster/manifests.ts'
import { planOf } from '../load/start-load.ts'
import { problemsOfFiles } from '../load/problems-of-files.ts'
import { partsOf } from '../load/rude/parts.ts'
import { defaultReadyTimeoutMs, imageName, inUrl } from '../scenario/cluster.ts'
import { loadScenario, type LoadedScenario } from '../scenario/load-scenario.ts'
import { planFor } from '../scenario/profiles.ts'
import { temporaryFolder } from '../scenario/temporary-folder.ts'
import { UsageError } from '../scenario/usage-error.ts'
import { textOf, type Arguments, type Command } from './command.ts'

export default {
  usage: 'k8s <scenario> --url URL [--collector HOST:PORT] [--image IMAGE] [--generators N]',
  does: 'prints what a run creates in a Kubernetes cluster for the load of a cycle',
  explains: {
    options: {
      'url URL': 'the application as the cluster sees it',
      'collector HOST:PORT': "where this machine awaits the samples, as the cluster sees it; of the scenario's load.cluster if absent",
      'image IMAGE': "k6 with Lowtide's output, as harness/load/k6-build/Dockerfile makes it; of load.cluster if absent",
      'generators N': "k6 that share the load; the scenario's load.generators if absent",
    },
    examples: ['lowtide k8s scenarios/shop.ts --url http://10.0.0.7:8080 --collector 10.0.0.7:7070 --image registry.example/lowtide-k6 --generators 4'],
  },
  options: { url: { type: 'string' }, collector: { type: 'string' }, image: { type: 'string' }, generators: { type: 'string' } },
  problemsOf: (args, signal) => askedOf(args, signal).then(() => [], problemsIn),
  run: async (args, { stdout, signal }) => {
    const asked = await askedOf(args, signal)
    stdout.write(await manifestFor(asked, signal).catch(asMistake(signal)))
    return 0
  },
} satisfies Command

type Asked = { readonly loaded: LoadedScenario; readonly url: string; readonly collector: string; readonly image: string; readonly generators: number }

/** As a gate's first cycle of one dose has it, but for the token: no collector waits for this one. */
async function manifestFor({ loaded: { scenario, dir: scenarioDir }, url, collector, image, generators }: Asked, signal: AbortSignal): Promise<string> {
  const run = `preview-${scenario.name}`
  const dir = await mkdtemp(join(await temporaryFolder(), 'lowtide-k8s-'))
  try {
    const bundle = await bundleJourney({ output: 'lowtide', load: scenario.load, scenarioDir, dir, run, signal })
    await using _log = bundle.tape
    const { dose, concurrency, seed, thinkScale } = planFor(scenario, 'gate', {})
    const { polite: plan } = partsOf(planOf({ role: 'measured', dose, concurrency, seed, cycle: 0, firstRequest: 0, thinkScale }, bundle, url), bundle.rude?.rude)
    const script = await readFile((await bundle.tape?.cut(plan, 'measured', signal)) ?? bundle.script, 'utf8')
    const name = nameIn(run, plan.cycle, randomBytes(3).toString('hex'))
    const { separate = false, readyTimeoutMs = defaultReadyTimeoutMs } = scenario.load.cluster ?? {}
    return yamlOf(manifestsOf({ name, run, generators: Math.min(generators, plan.concurrency, plan.dose), image, separate, readyTimeoutMs, script, plan, collector, token: randomBytes(16).toString('hex') }))
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
}

/** What the arguments ask for, and the scenario where they say nothing. Fails with all that is wrong with them at once. */
async function askedOf(args: Arguments, signal: AbortSignal): Promise<Asked> {
  const problems: string[] = []
  const [path, ...more] = args.positionals
  if (path === undefined || more.length > 0) problems.push(`Expected one scenario file, got ${path === undefined ? 'none' : args.positionals.join(', ')}.`)
  const loaded = path === undefined ? null : await loadScenario(path).catch((error: unknown) => void problems.push(...problemsIn(error)))
  if (loaded) problems.push(...(await problemsOfFiles(loaded.scenario.load, loaded.dir, signal)))
  const { generators: usual, cluster } = loaded?.scenario.load ?? {}

  const url = textOf(args, 'url')
  if (url === undefined) problems.push('Expected --url, the application as the cluster sees it, and it is missing.')
  else if (!isBase(url)) problems.push(`Expected --url to be a URL such as http://10.0.0.7:8080, got "${url}".`)
  const collector = textOf(args, 'collector') ?? (cluster?.port === undefined ? undefined : `${inUrl(cluster.host)}:${cluster.port}`)
  if (collector === undefined) problems.push('Expected --collector HOST:PORT, where this machine awaits the samples, as the scenario has no load.cluster with a port.')
  else if (!isAddress(collector)) problems.push(`Expected --collector to be HOST:PORT, got "${collector}".`)
  const image = textOf(args, 'image') ?? cluster?.image
  if (image === undefined) problems.push('Expected --image, as harness/load/k6-build/Dockerfile makes it, as the scenario has no load.cluster.')
  else if (!imageName.test(image)) problems.push(`Expected --image to be the name of an image, got "${image}".`)
  const several = textOf(args, 'generators') ?? String(usual ?? 1)
  if (!/^[1-9]\d{0,3}$/.test(several)) problems.push(`Expected --generators to be a positive integer, got "${several}".`)

  if (problems.length > 0 || !loaded || url === undefined || collector === undefined || image === undefined) throw new UsageError(problems)
  return { loaded, url, collector, image, generators: Number(several) }
}

/** A URL of a protocol, a host and perhaps a port, and nothing more. */
function isBase(text: string): boolean {
  const url = URL.parse(text)
  return url !== null && /^https?:$/.test(url.protocol) && url.href === `${url.origin}/`
}

/** `HOST:PORT`, with an address of IPv6 in brackets. */
function isAddress(text: string): boolean {
  const [, port = ''] = /^(?:[\w.-]+|\[[\da-f:.]+\]):(\d{1,5})$/i.exec(text) ?? []
  return Number(port) >= 1 && Number(port) <= 65_535
}

/** What cannot be bundled, a log that is through and a script that is too long are the user's. */
const asMistake = (signal: AbortSignal) => (error: unknown): never => {
  signal.throwIfAborted()
  throw new UsageError([error instanceof Error ? error.message : String(error)], { cause: error })
}

function problemsIn(error: unknown): readonly string[] {
  if (error instanceof UsageError) return error.problems
  throw error
}
