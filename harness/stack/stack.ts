import type { Agent } from '../probes/agent-link.ts'
import type { Target } from '../scenario/scenario.ts'

/** A booted application with its database. Every way to boot gives this, and passes the same contract test. */
export type Stack = AsyncDisposable & {
  readonly kind: 'containers' | 'processes'
  readonly database: Database
  /** In the application's PID and network namespaces. In containers these come with the application: it answers from startApp to the end of the main process. */
  readonly agent: Agent
  /** Files to which the application's output goes, and its own log where it has one. They grow from startApp on; one that is not written to may not exist. */
  readonly appLogs: readonly string[]
  /** name to value: images, digests, versions. */
  readonly versions: Readonly<Record<string, string>>
  /** Runs the target's seed command against the database. Fails with the command's last output, also where `signal` times out. */
  readonly seed: (signal: AbortSignal) => Promise<void>
  /** Starts the application and waits until its ready path answers. Fails with its last log lines. */
  readonly startApp: (signal: AbortSignal) => Promise<App>
}

export type Database = {
  /** The monitor's: superuser, so that it still gets a slot when the application has taken all of its own. */
  readonly adminUri: string
  /** The application's role is never a superuser. As seen from the harness; the application may reach it by another host. */
  readonly appUri: string
  /** As seen from the application's network namespace. */
  readonly appUriInside: string
  readonly appRole: string
  /** The server's own log (jsonlog) as a file of this machine: for what it says when it answers no more. */
  readonly logFile: string
}

export type App = {
  /** As seen from the load generator. */
  readonly baseUrl: string
  /** Last lines of the application's log, newest last; only those that contain `containing`, if given. */
  readonly logTail: (lines: number, containing?: string) => Promise<readonly string[]>
  /** Set once it has ended without being asked to. */
  readonly crashed: () => string | null
  /** SIGTERM, then waits for the main process to go, at most `deadlineMs`. What outlives it stays for the last look. */
  readonly stop: (deadlineMs: number) => Promise<void>
}

/** What a stack is booted from. */
export type BootOptions = {
  readonly target: Target
  readonly variant: string | null
  /** Folder that relative paths of the target start from. */
  readonly scenarioDir: string
  /** The run's id: tag of its processes (LOWTIDE_RUN in their environment) and label of its containers (`lowtide.run`). */
  readonly run: string
  /** The run's folder; logs go to `logs/` in it. */
  readonly dir: string
  /** Tells the watchdog what this run owns, before it comes to be. */
  readonly own: (thing: Owned) => void
  /** One line of progress for the user. */
  readonly say: (line: string) => void
  readonly signal: AbortSignal
}

/** What the watchdog removes when the harness dies. */
export type Owned =
  | { readonly kind: 'tag'; readonly run: string }
  | { readonly kind: 'label'; readonly run: string }
  | { readonly kind: 'postgres'; readonly dataDir: string }
  | { readonly kind: 'directory'; readonly path: string }
  | { readonly kind: 'namespace'; readonly run: string }
  | { readonly kind: 'cluster'; readonly run: string; readonly kubectl: readonly string[] }
