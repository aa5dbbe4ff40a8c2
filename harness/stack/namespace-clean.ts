import { execFile } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'

/** Where `ip netns` keeps the names of network namespaces: ip-netns(8). */
const folder = '/var/run/netns'
const prefix = 'lowtide-'

/** A run has one at most. */
export const namespaceOf = (run: string): string => `${prefix}${run}`

/** The link's end inside. */
export const insideLink = 'lowtide'

export const hasNamespace = (run: string): boolean => existsSync(join(folder, namespaceOf(run)))

/** The runs that have one on this machine. */
export const namespacedRuns = (): readonly string[] => (existsSync(folder) ? readdirSync(folder).filter(name => name.startsWith(prefix)).map(name => name.slice(prefix.length)) : [])

/** Removes a run's network namespace with its link, and says so. */
export async function removeNamespace(run: string): Promise<string[]> {
  if (!hasNamespace(run)) return []
  const name = namespaceOf(run)
  // A namespace lives on nameless while a process is in it, and its link with it: this takes both ends of that away now.
  await execFileAsync('ip', ['-n', name, 'link', 'del', insideLink]).catch(() => undefined)
  await execFileAsync('ip', ['netns', 'del', name]).catch((error: Error) => {
    if (hasNamespace(run)) throw error
  })
  return [`network namespace ${name}`]
}

const execFileAsync = promisify(execFile)
