import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { Cluster } from '../../scenario/cluster.ts'
import { fleetOf } from '../fleet.ts'
import type { Generator } from '../generator.ts'
import type { LoadPlan } from '../plan.ts'
import { openCollector } from './collector.ts'
import { kubectl } from './kubectl.ts'
import { manifestsOf, nameIn, yamlOf } from './manifests.ts'

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

/** Pods have to find their nodes, and nodes to pull the image. */
const defaultReadyTimeoutMs = 120_000
const toldWithinMs = 10_000
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
  const ask = (args: readonly string[], until: AbortSignal, input = '') => kubectl(cluster.kubectl ?? ['kubectl'], args, input, until)

  const collector = await openCollector({ run, token, generators, port: cluster.port ?? 0 })
  const { host, image, separate = false, readyTimeoutMs = defaultReadyTimeoutMs } = cluster
  const create = async (until: AbortSignal) => {
    const manifests = manifestsOf({ name, run, generators, image, separate, script: await readFile(script, 'utf8'), plan: { ...plan, baseUrl: seenAt(host, plan.baseUrl) }, collector: `${bracketed(host)}:${collector.port}`, token })
    await ask(['create', '-f', '-'], until, yamlOf(manifests))
  }
  const late = AbortSignal.any([signal, AbortSignal.timeout(readyTimeoutMs)])
  const notReady = await create(late).then(() => collector.assembled(late), messageOf)
  const members = collector.members()
  let lost: number | null = null
  for (const [nth, { generator }] of members.entries()) void generator.ended.then(({ trouble }) => (lost ??= trouble === null ? null : nth))
  const fleet = fleetOf(members)
  if (notReady !== null) fleet.kill()

  /** How the pod is whose generator was lost: evicted, out of memory. Where some never came, how those are that do not run, and what k6 said in them; the others say it in their goodbye. */
  const pods = async () => {
    const until = AbortSignal.timeout(toldWithinMs)
    const get = ['get', 'pods', '--no-headers']
    const asked = notReady === null ? [[...get, `--selector=job-name=${name}-${(lost ?? 0) + 1}`]] : [[...get, '--field-selector=status.phase!=Running', `--selector=k6_cr=${name}`], ['logs', '--prefix', '--tail=5', `--selector=k6_cr=${name},runner=true`]]
    return (await Promise.all(asked.map(args => ask(args, until).catch(() => '')))).join('')
  }
  const ended = fleet.ended.then(async ({ exitCode, trouble, tail }) => {
    const wrong = notReady ?? collector.intruder() ?? trouble
    const seen = wrong === null || signal.aborted || collector.intruder() !== null ? '' : await pods()
    const left = await ask(['delete', `testruns.k6.io/${name}`, `configmaps/${name}`, '--ignore-not-found', '--cascade=foreground'], AbortSignal.timeout(removedWithinMs)).then(() => null, messageOf)
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
  url.hostname = bracketed(host)
  return url.href.replace(/\/$/, '')
}

const bracketed = (host: string): string => (host.includes(':') ? `[${host}]` : host)

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
