import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { defaultReadyTimeoutMs, inUrl, kubectlOf, type Cluster } from '../../scenario/cluster.ts'
import { kubectl } from '../../stack/kubectl.ts'
import { fleetOf } from '../fleet.ts'
import type { Generator } from '../generator.ts'
import type { LoadPlan } from '../journey/plan.ts'
import { openCollector } from './collector.ts'
import { manifestsOf, nameIn, yamlOf } from './manifests.ts'
import { podsOf } from './pods.ts'

export type ClusterLaunch = {
  readonly cluster: Cluster
  readonly generators: number
  /** Path of the bundled script. */
  readonly script: string
  /** `baseUrl` is the application as seen from here. */
  readonly plan: LoadPlan
  readonly run: string
  readonly signal: AbortSignal
}

/** More than the 30 s that a pod has to end. */
const removedWithinMs = 60_000

/**
 * Starts a load's generators in a cluster by k6-operator, and waits until each of them has come to the collector and stands before its first request. Before it has ended, what was created
 * there is removed again, whatever came of it.
 */
export const launchInCluster = async ({ cluster, generators, script, plan, run, signal }: ClusterLaunch): Promise<Generator> => {
  signal.throwIfAborted()
  const token = randomBytes(16).toString('hex')
  const name = nameIn(run, plan.cycle, randomBytes(3).toString('hex'))
  const command = kubectlOf(cluster)
  const pods = podsOf(command, name)

  const collector = await openCollector({ run, token, generators, port: cluster.port ?? 0 })
  const { host, image, separate = false, readyTimeoutMs = defaultReadyTimeoutMs } = cluster
  const create = async (until: AbortSignal) => {
    const manifests = manifestsOf({ name, run, generators, image, separate, readyTimeoutMs, script: await readFile(script, 'utf8'), plan: { ...plan, baseUrl: seenAt(host, plan.baseUrl) }, collector: `${inUrl(host)}:${collector.port}`, token })
    await kubectl(command, ['create', '-f', '-'], yamlOf(manifests), until)
  }
  const late = AbortSignal.any([signal, AbortSignal.timeout(readyTimeoutMs)])
  const notReady = await create(late).then(async () => {
    const [decided, hopeless] = [new AbortController(), new AbortController()]
    void pods.failed(AbortSignal.any([late, decided.signal])).then(() => hopeless.abort())
    const missing = await collector.assembled(AbortSignal.any([late, hopeless.signal]))
    decided.abort()
    return missing
  }, messageOf)
  const members = collector.members()
  let lost: number | null = null
  for (const [nth, { generator }] of members.entries()) void generator.ended.then(({ trouble }) => (lost ??= trouble === null ? null : nth))
  const fleet = fleetOf(members)
  if (notReady !== null) fleet.kill()
  const ended = fleet.ended.then(async ({ exitCode, trouble, tail }) => {
    const wrong = notReady ?? collector.intruder() ?? trouble
    const seen = wrong === null || signal.aborted || collector.intruder() !== null ? '' : notReady !== null ? await pods.troubles() : await pods.stateOf(lost ?? 0)
    const left = await kubectl(command, ['delete', `testruns.k6.io/${name}`, `configmaps/${name}`, '--ignore-not-found', '--cascade=foreground'], '', AbortSignal.timeout(removedWithinMs)).then(() => null, messageOf)
    await collector[Symbol.asyncDispose]()
    return { exitCode, trouble: wrong ?? (left && `the load is through, and its TestRun ${name} may be left: ${left}`), tail: [tail, seen, left].flatMap(said => said?.trim() || []).join('\n') }
  })
  if (signal.aborted) {
    await ended
    signal.throwIfAborted()
  }
  return { ...fleet, notReady, ended }
}

/** The same port of this machine, by the name that the cluster has for it. */
const seenAt = (host: string, baseUrl: string): string => {
  const url = new URL(baseUrl)
  url.hostname = inUrl(host)
  return url.href.replace(/\/$/, '')
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
