import { stringify } from 'yaml'
import { runLabelOf } from '../../scenario/cluster.ts'
import { collectsLess, streamOnly } from '../k6/process.ts'
import type { LoadPlan } from '../journey/plan.ts'

/** One load in a cluster: what k6-operator is asked for. */
export type ClusterLoad = {
  /** Of its TestRun and ConfigMap; see `nameIn`. */
  readonly name: string
  readonly run: string
  readonly generators: number
  readonly image: string
  /** Each generator on a node of its own. */
  readonly separate: boolean
  /** How long each may stand paused once all have come. */
  readonly readyTimeoutMs: number
  /** The text of the bundled script. */
  readonly script: string
  /** `baseUrl` is the application as the cluster sees it. */
  readonly plan: LoadPlan
  /** Where the samples go, as the cluster sees it: `HOST:PORT`. */
  readonly collector: string
  readonly token: string
}

/** A ConfigMap is refused beyond 1 MiB in all (https://kubernetes.io/docs/concepts/configuration/configmap/). */
export const longestScriptBytes = 1_000_000

const scriptFile = 'journey.js'

/** What a namespace asks of its pods that enforces the strictest of the Pod Security Standards (https://kubernetes.io/docs/concepts/security/pod-security-standards/). */
const unprivileged = {
  securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
  containerSecurityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
} as const

/** k6-operator's own gives k6 a second to answer, and has the kubelet kill one that was thrice too busy for it. Whether a generator is alive tells its silence. */
const answers = { httpGet: { path: '/v1/status', port: 6565 }, timeoutSeconds: 10 } as const

/**
 * What is created in the cluster for one load: a ConfigMap with its script, and a TestRun of k6-operator (v1alpha1, https://grafana.com/docs/k6/latest/set-up/set-up-distributed-k6/) whose
 * runners send their samples to the collector. Fails with a sentence where the script is too long.
 */
export const manifestsOf = ({ name, run, generators, image, separate, readyTimeoutMs, script, plan, collector, token }: ClusterLoad) => {
  const bytes = Buffer.byteLength(script)
  if (bytes > longestScriptBytes) throw new Error(`the load's script has ${bytes} bytes, and a ConfigMap holds no more than ${longestScriptBytes} of it: a replay takes a smaller dose, a journey smaller imports`)
  const labels = { 'lowtide.run': runLabelOf(run), 'lowtide.cycle': String(plan.cycle) }
  const metadata = { name, labels }
  return [
    { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { [scriptFile]: script } },
    {
      apiVersion: 'k6.io/v1alpha1',
      kind: 'TestRun',
      metadata,
      spec: {
        parallelism: generators,
        ...(separate && { separate }),
        script: { configMap: { name, file: scriptFile } },
        arguments: [...streamOnly, '--out', `lowtide=tcp://${collector}`].join(' '),
        // It would load the script once more in a pod of its own, and each cycle would wait for it.
        initializer: { disabled: true },
        starter: unprivileged,
        runner: {
          image,
          automountServiceAccountToken: 'false',
          ...unprivileged,
          metadata: { labels },
          readinessProbe: { ...answers, periodSeconds: 1 },
          livenessProbe: { ...answers, failureThreshold: 30 },
          env: [
            ...Object.entries({ LOWTIDE_OWNER: run, LOWTIDE_TOKEN: token, LOWTIDE_PLAN: JSON.stringify(plan), LOWTIDE_READY_TIMEOUT: `${readyTimeoutMs}ms`, K6_AUTO_EXTENSION_RESOLUTION: 'false', ...collectsLess }).map(([key, value]) => ({ name: key, value: literal(value) })),
            ...withinThePod,
          ],
        },
        // Should the harness die, its generators end with it, and the operator removes them.
        cleanup: 'post',
      },
    },
  ] as const
}

/**
 * The pod has its memory to itself: that of its limit, which may be the namespace's (a LimitRange), else that of its node. Each MiB of it is told to Go as a million bytes: 5 % are left for what
 * Go does not count, such as the buffers of sockets (https://kubernetes.io/docs/concepts/workloads/pods/downward-api/, https://go.dev/doc/gc-guide).
 */
const withinThePod = [
  { name: 'LOWTIDE_MEMORY_MIB', valueFrom: { resourceFieldRef: { resource: 'limits.memory', divisor: '1Mi' } } },
  { name: 'GOMEMLIMIT', value: '$(LOWTIDE_MEMORY_MIB)000000' },
] as const

/** As `kubectl` takes it, one document after the other. */
export const yamlOf = (manifests: readonly object[]): string => manifests.map(one => stringify(one, { lineWidth: 0, aliasDuplicateObjects: false })).join('---\n')

/** A name for a cycle's load that no other has: k6-operator makes names of services of it, which have 63 characters at most. */
export const nameIn = (run: string, cycle: number, random: string): string => {
  const tail = `-${cycle}-${random}`
  const head = `lowtide-${run.toLowerCase().replace(/[^a-z0-9-]/g, '-')}`
  return head.slice(0, longestName - tail.length).replace(/-+$/, '') + tail
}

/** Leaves room for `-service-` and a number of three digits. */
const longestName = 63 - '-service-999'.length

/** In a value of the environment `$(NAME)` stands for another value of it, and `$$` for one `$` there (https://kubernetes.io/docs/tasks/inject-data-application/define-interdependent-environment-variables/). */
const literal = (value: string): string => value.replaceAll('$', () => '$$')
