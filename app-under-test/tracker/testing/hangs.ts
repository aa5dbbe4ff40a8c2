import { availableParallelism } from 'node:os'
import type { Variant } from '../drproject/variant.ts'
import { DATA_SETS_NOW, type DataSet } from './data-sets.ts'
import { ask } from './script.ts'

/** What the tracker's own link to its feed asks for. */
export const timelineOf = (project: string) => `/${project}/timeline?daysback=30&max=50&format=rss`

/** For each data set, whether its timeline hung: a CGI process each, as many at a time as there are processors. Throws if one is answered with anything but 200. */
export async function hangs(databaseUrl: string, variant: Variant, dataSets: readonly DataSet[]): Promise<readonly boolean[]> {
  const outcomes: boolean[] = []
  const left = [...dataSets.entries()]
  const work = async () => {
    for (let next = left.shift(); next; next = left.shift()) {
      const [i, { project }] = next
      using outcome = await ask({ url: timelineOf(project), variant, databaseUrl, now: DATA_SETS_NOW }, 60_000)
      if (outcome.kind === 'answered' && outcome.status !== 200) throw new Error(`${variant}, ${project}: status ${outcome.status}. The log ends in: ${outcome.log.at(-1)}`)
      outcomes[i] = outcome.kind === 'hung'
    }
  }
  await Promise.all(Array.from({ length: availableParallelism() }, work))
  return outcomes
}

/** What a cure did, data set by data set. */
export function changes(before: readonly boolean[], after: readonly boolean[]): { readonly cured: number; readonly broke: number } {
  return { cured: before.filter((hung, i) => hung && !after[i]).length, broke: before.filter((hung, i) => !hung && after[i]).length }
}
