import type { Visit } from 'lowtide/journey'
import { projects } from './course.ts'

/** As the form of 2006 sends them: every kind of event, without the tickets' details. */
export const filters = ['wiki', 'changeset', 'milestone', 'mail', 'ticket'].map(filter => `${filter}=on`).join('&')

/** Feed readers, each of which polls one project by the link that its own timeline offers, every 6.7 minutes: 97 times in the 10.8 hours of a working day. */
export const feedPollers: Visit = {
  name: 'feed reader',
  requests: 16,
  think: { medianMs: 400_000, sigma: 0.05, mostMs: 480_000 },
  steps: function* (random) {
    const path = `/${random.pick(projects)}/timeline?${filters}&daysback=90&max=50&format=rss`
    while (true) yield { name: 'timeline feed', path, expect: { contains: '</rss>' } }
  },
}

/** The service check of whoever runs the site: the front page, every minute. */
export const serviceCheck: Visit = {
  name: 'service check',
  think: { medianMs: 60_000, sigma: 0.02, mostMs: 65_000 },
  request: () => ({ path: '/', expect: { contains: '<h1>Projects</h1>' } }),
}
