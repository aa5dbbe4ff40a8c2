import type { BootOptions } from './stack.ts'

/** What the application finds in its environment, in every stack: the machine's own without what leads to other databases, the target's, the variant's, and PORT and DATABASE_URL. */
export function targetEnvironment({ target, variant }: BootOptions, given: { readonly databaseUrl: string; readonly port: number; readonly logFile: string }): Record<string, string> {
  const machine = Object.fromEntries(Object.entries(withoutLibpq(process.env)).filter(([name, value]) => value !== undefined && !name.startsWith('LOWTIDE_'))) as Record<string, string>
  return { ...machine, ...declaredEnvironment({ target, variant }), PORT: String(given.port), DATABASE_URL: given.databaseUrl, ...(target.logsToFile ? { LOWTIDE_LOG: given.logFile } : {}) }
}

/** An environment without what is about the user's other databases: for all that has to do with the run's own. */
export const withoutLibpq = (environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv => Object.fromEntries(Object.entries(environment).filter(([name]) => !ofLibpq.test(name)))

/** Danger: with PGHOST or PGSERVICE of the user's an application may take their database for that of the run, and load it; and a server with PGCLIENTENCODING has it for all sessions that ask for none (https://www.postgresql.org/docs/18/libpq-envars.html). */
const ofLibpq = /^PG(?:[A-Z]+|CONNECT_TIMEOUT)$/

/** The part that is the same wherever the application runs: containers get it without the machine's own. */
export const declaredEnvironment = ({ target, variant }: Pick<BootOptions, 'target' | 'variant'>): Record<string, string> => ({
  ...target.env,
  ...(variant === null ? {} : target.variants?.by[variant]),
})
