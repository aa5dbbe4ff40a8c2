import { isIPv6 } from 'node:net'
import { z } from 'zod'
import { command, positive, text, truth, type Settings } from './shapes.ts'

/** A Kubernetes cluster in which k6-operator starts the generators of a load, where one machine is too slow for it. The application and the harness stay where they are. */
export type Cluster = {
  /** The image of k6 with Lowtide's output, which harness/load/k6-build/Dockerfile builds. */
  readonly image: string
  /** This machine, by a name or an address that the cluster can reach: the generators send their requests and their samples there. */
  readonly host: string
  /** The port on which this machine receives the samples. Default: any free one. */
  readonly port?: number
  /** Program and leading arguments that reach the cluster, such as ['kubectl', '--context=staging', '--namespace=load']; ['kubectl'] if absent. */
  readonly kubectl?: readonly string[]
  /** Each generator on a node of its own. */
  readonly separate?: boolean
  /** How long all generators of a load may take to come, and again how long k6-operator may take to resume them; default 2 min. */
  readonly readyTimeoutMs?: number
}

/** Pods have to find their nodes, and nodes to pull the image. */
export const defaultReadyTimeoutMs = 120_000

/** What reaches the cluster, where it does not say. */
export const kubectlOf = ({ kubectl = ['kubectl'] }: Pick<Cluster, 'kubectl'>): readonly string[] => kubectl

/** A host as URLs have it: an address of IPv6 in brackets. */
export const inUrl = (host: string): string => (host.includes(':') ? `[${host}]` : host)

/** A run's id as the value of a Kubernetes label (at most 63 characters), by which everything that is created for the run is found. */
export const runLabelOf = (run: string): string => run.slice(0, 63).replace(/[^A-Za-z0-9]+$/, '')

/** What may be the name of an image. */
export const imageName = /^[\w.:/@-]+$/

const port = 'a port between 1 and 65,535'

export const clusterShape = z.strictObject({
  image: text.regex(imageName, { error: 'the name of an image' }),
  host: text.refine(host => /^[\w.:-]+$/.test(host) && (!host.includes(':') || isIPv6(host)), { error: 'the name or the address of a host, without a port' }),
  port: z.int({ error: port }).min(1, { error: port }).max(65_535, { error: port }).optional(),
  kubectl: command.optional(),
  separate: truth.optional(),
  readyTimeoutMs: positive.optional(),
} satisfies Settings<Cluster>)
