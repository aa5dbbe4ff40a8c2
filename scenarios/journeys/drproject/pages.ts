import { submit, type Answer, type Random, type Step } from 'lowtide/journey'
import { password, type Member } from './course.ts'

/** A stretch of a walk through the tracker: the requests that it yields, and what it found at its end. */
export type Stretch<T = void> = Generator<Step, T, Answer>

/** Pages by what one would click, each known by its heading. */
export const projectList: Step = { name: 'projects', path: '/', expect: { contains: '<h1>Projects</h1>' } }

export const timeline = (project: string, daysBack: number): Step => ({ name: 'timeline page', path: `/${project}/timeline?daysback=${daysBack}`, expect: { contains: '<h1>Timeline</h1>' } })

/** `path` is a ticket's, such as /All/ticket/12. */
export const ticket = (path: string): Step => ({ name: 'ticket', path, expect: { contains: `<h1>#${path.split('/').at(-1)!}: ` } })

export const wikiPage = (project: string, page: string): Step => ({ name: 'wiki', path: `/${project}/wiki/${page}`, expect: { contains: `<h1>${page}</h1>` } })

export const query = (project: string, filters: string): Step => ({ name: 'query', path: `/${project}/query?${filters}`, expect: { contains: '<h1>Tickets</h1>' } })

export const roadmap = (project: string): Step => ({ name: 'roadmap', path: `/${project}/roadmap`, expect: { contains: '<h1>Roadmap</h1>' } })

export const mailArchive = (project: string): Step => ({ name: 'mail archive', path: `/${project}/mail`, expect: { contains: '<h1>Mail archive</h1>' } })

/** The word must be in the data: a search that finds nothing says so in other words. */
export const search = (project: string, word: string): Step => ({ name: 'search', path: `/${project}/search?q=${encodeURIComponent(word)}`, expect: { contains: '<h1>Search</h1>' } })

export const browser = (project: string): Step => ({ name: 'browser', path: `/${project}/browser`, expect: { contains: 'aria-current="page">Browse source</a>' } })

/** `path` is a changeset's, such as /All/changeset/12. */
export const changeset = (path: string): Step => ({ name: 'changeset', path, expect: { contains: `<h1>Changeset [${path.split('/').at(-1)!}]</h1>` } })

/** `path` is a milestone's, such as /All/milestone/milestone1. */
export const milestone = (path: string): Step => ({ name: 'milestone', path, expect: { contains: '<h1>Milestone ' } })

/** Logs in by the form, and ends at the front page, which greets whoever is logged in with a way out. */
export function* logIn({ login }: Member): Stretch<Answer> {
  const form = yield { name: 'login form', path: '/login', expect: { contains: '<h1>Login</h1>' } }
  yield { name: 'login', ...submit(form, '/login', { login, password }), expect: { status: 303 } }
  return yield { ...projectList, expect: { contains: '<button>Logout</button>' } }
}

/** From any page of somebody who is logged in. */
export function* logOut(page: Answer): Stretch {
  yield { name: 'logout', ...submit(page, '/logout'), expect: { status: 303 } }
}

/** Opens a ticket, changes what `filled` says, and looks at it again. */
export function* changeTicket(path: string, filled: (page: Answer) => Readonly<Record<string, string>>): Stretch<Answer> {
  const page = yield ticket(path)
  yield { name: 'change ticket', ...submit(page, path, filled(page)), expect: { status: 303 } }
  return yield ticket(path)
}

/** Follows one of the links; none where there are none. */
export function* follow(random: Random, links: readonly string[], step: (path: string) => Step): Stretch {
  if (links.length > 0) yield step(random.pick(links))
}
