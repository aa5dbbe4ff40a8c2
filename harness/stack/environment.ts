import type { BootOptions } from './stack.ts'

/** What the application finds in its environment, in every stack: the machine's own, the target's, the variant's, and PORT and DATABASE_URL. */
export function targetEnvironment({ target, variant }: BootOptions, given: { readonly databaseUrl: string; readonly port: number; readonly logFile: string }): Record<string, string> {
  const machine = Object.fromEntries(Object.entries(process.env).filter(([name, value]) => value !== undefined && !name.startsWith('LOWTIDE_'))) as Record<string, string>
  return { ...machine, ...declaredEnvironment({ target, variant }), PORT: String(given.port), DATABASE_URL: given.databaseUrl, ...(target.logsToFile ? { LOWTIDE_LOG: given.logFile } : {}) }
}

/** The part that is the same wherever the application runs: containers get it without the machine's own. */
export const declaredEnvironment = ({ target, variant }: Pick<BootOptions, 'target' | 'variant'>): Record<string, string> => ({
  ...target.env,
  ...(variant === null ? {} : target.variants?.by[variant]),
})
