import type { Thresholds } from '../thresholds/thresholds.ts'
import type { Expectation } from '../replay/expectation.ts'
import type { Fields } from '../replay/json-lines.ts'
import type { Format, Method } from '../replay/logged.ts'
import type { Model } from './model.ts'
import type { Limits } from '../timeline/facts.ts'

/** A soak test as data: the application, its load, and what it declares. A scenario file exports one as its default; scenarios/README.md explains each setting. */
export type Scenario = {
  /** Lower case, digits and hyphens: it names the run's folder. */
  readonly name: string
  readonly about?: string
  readonly target: Target
  readonly load: Load
  /** Settings that differ from the profile's own. */
  readonly profiles?: { readonly [P in ProfileName]?: Partial<Plan> }
  readonly suppressions?: readonly Suppression[]
  /** What the load must fulfil besides leaving nothing behind: latency, answers, rates, counters of the server. A crossed threshold is a finding of its own, and no leak. */
  readonly thresholds?: Thresholds
}

export type ProfileName = 'repro' | 'gate' | 'certify' | 'nightly'

/** Everything the harness knows of an application. It gets PORT and DATABASE_URL in its environment and must serve HTTP on that port. */
export type Target = {
  readonly name: string
  /** Program and arguments; runs in `cwd`. Any language. */
  readonly command: readonly string[]
  /** Folder of the command, relative to the scenario file. Default: the scenario's folder. */
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
  /** Runs once before the application starts, with DATABASE_URL in its environment: schema and data. */
  readonly seed?: readonly string[]
  /** Answered with a status below 400 once the application is ready. */
  readonly readyPath: string
  /** A cheap request that should be answered even while other routes hang. Sent as a canary, and to give pools a reason to close idle sessions. Default: readyPath. */
  readonly otherPath?: string
  /**
   * A request by which the places of the application's pool are counted, before the load and after it: sent many times at once, each takes one place. Either it reads a table of the application's, so that the
   * harness can have it wait there; or it holds its place by itself, for about `holdsMs`.
   */
  readonly capacity?: { readonly path: string; readonly holdsMs?: number }
  /** A request on which the application collects its garbage: it tells what only a collection frees from what nothing frees. If the answer is JSON with a number `heapUsedBytes`, that is recorded. */
  readonly collectPath?: string
  /** Builds the application's image for the containers stack; without it only the processes stack can run the target. */
  readonly image?: {
    /** Program and arguments that make what the context needs; runs in `cwd` before each build. */
    readonly prepare?: readonly string[]
    /** Relative to the scenario file. */
    readonly context: string
    /** Relative to the context. */
    readonly dockerfile: string
    /** What the application gets as PORT. */
    readonly port: number
  }
  /** Variants by name: environment on top of `env`. `default` runs when none is asked for. `leaks` names those that are known to leak: `lowtide prove` shows that a run finds it. */
  readonly variants?: { readonly default: string; readonly leaks?: readonly string[]; readonly by: Readonly<Record<string, Readonly<Record<string, string>>>> }
  readonly limits?: Limits
  /** File to which the application logs, as LOWTIDE_LOG in its environment; without it, its stderr is its log. */
  readonly logsToFile?: boolean
  readonly readyTimeoutMs?: number
  /** The application makes replication slots: its role gets REPLICATION. It is never a superuser. */
  readonly mayReplicate?: boolean
  readonly maxConnections?: number
}

/** A k6 script of your own, a list of routes that the harness turns into a script, or an access log. */
export type Load = ({ readonly kind: 'journey'; readonly journey: string } & Model) | ({ readonly kind: 'routes'; readonly routes: readonly Route[] } & Model) | Replay

/**
 * The requests of an access log or a HAR, in their order and with their gaps. Each cycle gets the next stretch of it; the warm-up gets its own stretch, without gaps. The plan's `concurrency` is
 * the most that are in flight at once: a request that it holds back is late. Requests are sent without body and cookies, and to the target, whatever their host was.
 */
export type Replay = {
  readonly kind: 'replay'
  /** Relative to the scenario file; plain or gzipped. */
  readonly log: string
  /** Told by the log's first lines if absent. */
  readonly format?: Format
  /** Under which keys lines of JSON hold what, if not under those of Caddy, nginx, pino-http or ECS. */
  readonly fields?: Fields
  /** How many times faster than it was recorded; default 1. */
  readonly speed?: number
  /** How often the log may be replayed from its start; default: as often as the run needs. */
  readonly loops?: number
  /** Only what arrived from here, and before there: ISO 8601 with a zone. */
  readonly from?: string
  readonly to?: string
  /** Default GET and HEAD. Others change things, and are sent without the bodies that they had. */
  readonly methods?: readonly Method[]
  /** Only requests to these hosts. Default: all; of a HAR, the host of its first request. */
  readonly hosts?: readonly string[]
  /** Which answers count as dose; default `class`. */
  readonly expect?: Expectation
  /** Words that make a parameter a secret, instead of the usual ones (`token`, `key`, `password`, `session` ...). */
  readonly redact?: readonly string[]
  /** Longer gaps are cut to this, as replayed; default 30 s. */
  readonly longestGapMs?: number
} & Pick<Model, 'requestTimeoutMs' | 'generators' | 'cluster' | 'requestId'>

export const defaultRequestTimeoutMs = 10_000

/** PostgreSQL's own default. */
export const defaultMaxConnections = 100

export type Route = {
  readonly name: string
  /** Path and query, percent-encoded. `{n}` becomes the number of the request, for URLs that must differ. */
  readonly path: string
  /** Default GET. */
  readonly method?: Method
  readonly body?: string
  readonly headers?: Readonly<Record<string, string>>
  /** Share of the dose; default 1. */
  readonly weight?: number
  /** What an answer must be to count as dose; default status 200. An error route declares its 500. */
  readonly expect?: { readonly status?: number; readonly contains?: string }
  /**
   * The client hangs up after this long, even in the middle of the answer. It then counts as dose, since hanging up is what such a request is for. An answer that came before counts too, if it is as
   * expected. Less than the load's requestTimeoutMs.
   */
  readonly abortAfterMs?: number
}

/** The numbers of a run. */
export type Plan = {
  /** Requests of one dose unit; measured cycles get 0, 1, 2, 4 and 1 of them. */
  readonly dose: number
  /** Requests in flight at once, at most. */
  readonly concurrency: number
  readonly sampleEveryMs: number
  /** Longest wait for quiet after a cycle. */
  readonly settleMs: number
  /** The run's whole length, boot to verdict; without what pulling and building images takes. */
  readonly budgetMs: number
  readonly stopsAt: 'first-confirmed-leak' | 'sure' | 'exhaustion'
  readonly seed: number
  /** Factor on a journey's think times: 1 is as it says, 0.01 a hundred times as fast. */
  readonly thinkScale: number
}

/** An invariant that may fail in this scenario, for a reason that a reader can check. Reports say whether it hid anything, and when it last did. It never hides a leak that the run planted itself. */
export type Suppression = { readonly name: string; readonly invariant: string; readonly reason: string }
