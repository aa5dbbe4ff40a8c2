import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Suppression } from '../scenario/scenario.ts'
import type { Facts } from '../timeline/facts.ts'

/** More than a year of nights. */
const mostRuns = 400

/**
 * Each suppression with the day of the latest run of this scenario in the folder in which it hid a finding; null where it hid none.
 * One that has hidden nothing for long is no longer needed, and will hide the next leak that comes.
 */
export async function lastMatchedOf(suppressions: readonly Suppression[], { reports, scenario }: { readonly reports: string; readonly scenario: string }): Promise<NonNullable<Facts['suppressions']>> {
  if (suppressions.length === 0) return []
  const folders = (await readdir(reports).catch(() => [])).filter((name) => name.includes(`Z-${scenario}`)).sort().toReversed().slice(0, mostRuns)
  const days = new Map<string, string>()
  for (const folder of folders) {
    if (days.size === suppressions.length) break
    for (const name of await matchedIn(join(reports, folder, 'findings.json'))) if (!days.has(name)) days.set(name, folder.slice(0, '2026-11-23'.length))
  }
  return suppressions.map((suppression) => ({ ...suppression, lastMatched: days.get(suppression.name) ?? null }))
}

/** Names of the suppressions that hid a finding there. A run without findings was not judged, and a damaged file tells nothing. */
async function matchedIn(file: string): Promise<readonly string[]> {
  try {
    const { findings } = JSON.parse(await readFile(file, 'utf8')) as { findings: readonly { suppression?: string }[] }
    return findings.flatMap(({ suppression }) => suppression ?? [])
  } catch {
    return []
  }
}
