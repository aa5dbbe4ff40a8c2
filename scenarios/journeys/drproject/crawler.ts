import { linksOf, type Random, type Visit } from 'lowtide/journey'
import { projects } from './course.ts'

/** A search engine: from a project's front page along its links, always to the kind of page of which it has seen least. */
export const crawler: Visit = {
  name: 'crawler',
  requests: 24,
  think: { medianMs: 1_000, sigma: 0.3, mostMs: 5_000 },
  steps: function* (random) {
    const seen = new Set<string>()
    const kinds = new Map<string, number>()
    let links: readonly string[] = [`/${random.pick(projects)}/wiki/WikiStart`]
    while (links.length > 0) {
      const path = rarest(random, links, kinds)
      const kind = kindOf(path)
      seen.add(path)
      kinds.set(kind, (kinds.get(kind) ?? 0) + 1)
      const page = yield { name: `crawled ${kind}`, path, expect: { contains: '<h1' } }
      links = linksOf(page, forCrawlers, 'a[href]:not(.missing)').filter(link => !seen.has(link))
    }
  },
}

/** Pages; no files, no feeds, and no forms of those who have to log in first. */
const forCrawlers = /^\/(?!login|settings|[^/]*\/(raw-attachment|newticket|admin))(?!.*(format=|action=edit))/

const kindOf = (path: string) => path.split(/[/?]/)[2] || 'projects'

const rarest = (random: Random, links: readonly string[], kinds: ReadonlyMap<string, number>): string => {
  const times = (link: string) => kinds.get(kindOf(link)) ?? 0
  const fewest = Math.min(...links.map(times))
  return random.pick(links.filter(link => times(link) === fewest))
}
