import { existsSync } from 'node:fs'

/** Why a command could not be started, as words for the user: Node says ENOENT of the program even where its folder is missing. */
export function whyNotStarted(error: NodeJS.ErrnoException, { program, cwd }: { readonly program: string; readonly cwd: string }): string {
  if (!existsSync(cwd)) return `its folder ${cwd} does not exist`
  if (error.code === 'ENOENT') return program.includes('/') ? `there is no program ${program} (from ${cwd})` : `there is no program "${program}" on PATH`
  if (error.code === 'EACCES') return `"${program}" may not be executed`
  return error.message
}
