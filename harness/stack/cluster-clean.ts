import { runLabelOf } from '../scenario/cluster.ts'
import { kubectl } from './kubectl.ts'
import type { Owned } from './stack.ts'

type InCluster = Extract<Owned, { readonly kind: 'cluster' }>

const kinds = 'testruns.k6.io,configmaps'
const answersWithinMs = 10_000

/**
 * Removes everything that a run has in the generators' cluster, and says what that was. Pods go with their TestRun and are not waited for. k6-operator itself removes no ConfigMap, and no TestRun of
 * which a pod ended before all were there (internal/controller/k6_start.go of v1.6.0).
 */
export async function removeFromCluster(owned: InCluster): Promise<string[]> {
  return named(await ask(owned, ['delete', kinds, '--wait=false', '--cascade=background']))
}

/** What a run has in the cluster, as words for the user. If the cluster does not answer, they say that. */
export async function listInCluster(owned: InCluster): Promise<string[]> {
  return ask(owned, ['get', kinds]).then(named, (error: Error) => [`perhaps what the cluster has of ${owned.run}: ${error.message}; once it answers, \`${[...owned.kubectl, 'delete', kinds, itsOwn(owned)].join(' ')}\` removes it`])
}

const itsOwn = ({ run }: InCluster): string => `--selector=lowtide.run=${runLabelOf(run)}`

const ask = (owned: InCluster, [verb = '', ...what]: readonly string[]) => kubectl(owned.kubectl, [verb, ...what, itsOwn(owned), '--ignore-not-found', '--output=name'], '', AbortSignal.timeout(answersWithinMs))

/** Each by its kind and its name; where there is none, `kubectl delete` says so on its stdout. */
const named = (said: string): string[] => said.split('\n').filter(line => line.includes('/'))
