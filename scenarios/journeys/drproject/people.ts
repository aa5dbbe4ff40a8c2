import { linksOf, type Visit } from 'lowtide/journey'
import { inEveryProject, memberOf, words } from './course.ts'
import { browser, changeset, changeTicket, follow, logIn, logOut, mailArchive, milestone, projectList, query, roadmap, search, ticket, timeline, wikiPage } from './pages.ts'

/** Somebody at work: what is new, the tickets behind it, the wiki, what is left to do, the source; every third has something to say about a ticket. */
export const people: Visit = {
  name: 'people',
  requests: 20,
  think: { medianMs: 15_000, sigma: 1, mostMs: 180_000 },
  steps: function* (random, n) {
    const member = memberOf(n)
    const { project } = member
    yield projectList
    const news = yield timeline(project, random.pick([7, 14, 30, 30, 90]))
    yield* follow(random, linksOf(news, /\/ticket\/\d+$/), ticket)
    yield* follow(random, linksOf(news, /\/ticket\/\d+$/), ticket)
    yield* follow(random, linksOf(news, /\/changeset\/\d+$/), changeset)
    yield wikiPage(project, 'WikiStart')
    yield query(project, random.pick(['status=new&status=assigned&order=priority', 'owner=~a&order=changetime&desc=1', 'summary=~parser', 'group=milestone&order=id']))
    const plans = yield roadmap(project)
    yield* follow(random, linksOf(plans, /\/milestone\/[^?]+$/), milestone)
    yield browser(project)
    yield search(project, random.pick(['parser', 'deadline', 'login', 'release']))
    yield mailArchive(project)
    if (random.fraction() > 1 / 3) return
    yield* logIn(member)
    // Numbers are of different people, and these of different tickets: nobody writes what another is writing.
    const id = 1 + (Math.floor(n / 20) % Math.floor(inEveryProject.tickets / 2))
    const changed = yield* changeTicket(`/${project}/ticket/${id}`, () => ({ comment: words(random, 12) }))
    yield* logOut(changed)
  },
}
