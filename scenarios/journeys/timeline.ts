import { journey, type Random } from 'lowtide/journey'
import { inEveryProject, projects } from './drproject/course.ts'
import { filters } from './drproject/feed-pollers.ts'

export { options } from 'lowtide/journey'

/**
 * A course's tracker on a busy day: feed readers that poll each project's timeline by the link that its page offers, people who
 * read back over a term or a year, and some who look at other pages. All of it hits one dispatcher and one database.
 */
export default journey({
  visits: [
    {
      name: 'timeline feed',
      weight: 5,
      request: random => ({ path: `/${project(random)}/timeline?${filters}&daysback=90&max=50&format=rss`, expect: { contains: '</rss>' } }),
    },
    {
      name: 'timeline page',
      weight: 4,
      request: random => ({ path: `/${project(random)}/timeline?daysback=${random.between(30, 400)}`, expect: { contains: '>RSS feed</a></p>' } }),
    },
    { name: 'projects', weight: 1, request: () => ({ path: '/', expect: { contains: '<h1>Projects</h1>' } }) },
    { name: 'wiki', weight: 1, request: random => ({ path: `/${project(random)}/wiki/WikiStart`, expect: { contains: '<h1>WikiStart</h1>' } }) },
    {
      name: 'ticket',
      weight: 1,
      request: random => {
        const id = random.between(1, inEveryProject.tickets)
        return { path: `/${project(random)}/ticket/${id}`, expect: { contains: `<h1>#${id}: ` } }
      },
    },
    { name: 'roadmap', weight: 1, request: random => ({ path: `/${project(random)}/roadmap`, expect: { contains: '<h1>Roadmap</h1>' } }) },
  ],
})

const project = (random: Random) => random.pick(projects)
