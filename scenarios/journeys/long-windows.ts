import { journey } from 'lowtide/journey'
import { filters } from './drproject/feed-pollers.ts'

export { options } from 'lowtide/journey'

/** A project of a thousand days: people who read back over weeks, a quarter or a whole year, their feed readers, and who just looks something up. */
export default journey({
  visits: [
    { name: 'timeline feed', weight: 4, request: () => ({ path: `/Django/timeline?${filters}&daysback=90&max=50&format=rss`, expect: { contains: '</rss>' } }) },
    { name: 'timeline of weeks', weight: 4, request: random => ({ path: `/Django/timeline?daysback=${random.between(7, 60)}`, expect: { contains: '>RSS feed</a></p>' } }) },
    { name: 'timeline of a quarter', weight: 2, request: random => ({ path: `/Django/timeline?daysback=${random.between(80, 100)}`, expect: { contains: '>RSS feed</a></p>' } }) },
    { name: 'timeline of a year', weight: 1, request: () => ({ path: '/Django/timeline?daysback=365', expect: { contains: '>RSS feed</a></p>' } }) },
    {
      name: 'ticket',
      weight: 3,
      request: random => {
        const id = random.between(1, 8_000)
        return { path: `/Django/ticket/${id}`, expect: { contains: `<h1>#${id}: ` } }
      },
    },
    { name: 'projects', weight: 1, request: () => ({ path: '/', expect: { contains: '<h1>Projects</h1>' } }) },
    { name: 'wiki', weight: 1, request: () => ({ path: '/Django/wiki/WikiStart', expect: { contains: '<h1>WikiStart</h1>' } }) },
  ],
})
