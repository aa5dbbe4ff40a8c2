import { kubectlOf, type Cluster } from '../../scenario/cluster.ts'
import { kubectl } from '../../stack/kubectl.ts'

const answersWithinMs = 15_000

/** Asks a cluster for its TestRuns, however many there are. Fails with one line where it cannot be reached, does not let us, or has no k6-operator. */
export const reachCluster = async (cluster: Cluster, signal: AbortSignal): Promise<void> => {
  await kubectl(kubectlOf(cluster), ['get', 'testruns.k6.io', '--output=name'], '', AbortSignal.any([signal, AbortSignal.timeout(answersWithinMs)])).catch((cause: Error) => {
    signal.throwIfAborted()
    throw new Error(`The generators cannot be started in the cluster: ${cause.message.replace(/[.?!]$/, '')}. It must be reached by load.cluster.kubectl, and have k6-operator (https://grafana.com/docs/k6/latest/set-up/set-up-distributed-k6/install-k6-operator/).`, { cause })
  })
}
