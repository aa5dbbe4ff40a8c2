import { submit, type Answer, type Random, type Visit } from 'lowtide/journey'
import { inEveryProject, memberOf, words, type Member } from './course.ts'
import { changeTicket, logIn, logOut, ticket, wikiPage, type Stretch } from './pages.ts'

/** Members who write: they change a ticket, open another with a file, keep notes in the wiki, and log out. */
export const editors: Visit = {
  name: 'editors',
  requests: 17,
  think: { medianMs: 40_000, sigma: 0.8, mostMs: 300_000 },
  steps: function* (random, n) {
    const member = memberOf(n)
    yield* logIn(member)
    // People at work comment on the first half of the tickets.
    const half = Math.floor(inEveryProject.tickets / 2)
    yield* changeTicket(`/${member.project}/ticket/${half + 1 + (Math.floor(n / 20) % half)}`, page => ({
      comment: words(random, 20),
      priority: random.pick(['highest', 'high', 'normal', 'low', 'lowest']),
      action: random.pick(['resolve', 'reopen', 'accept', 'leave'].filter(action => page.body.includes(`value="${action}"`))),
    }))
    const path = yield* openTicket(random, member)
    yield* attachFile(random, member, path)
    yield* logOut(yield* keepNotes(random, member))
  },
}

/** Returns the new ticket's path. */
function* openTicket(random: Random, { project }: Member): Stretch<string> {
  const action = `/${project}/newticket`
  const form = yield { name: 'new ticket', path: action, expect: { contains: '<h1>New ticket</h1>' } }
  const opened = yield { name: 'create ticket', ...submit(form, action, { summary: words(random, 6), description: words(random, 40), type: 'enhancement' }), expect: { status: 303 } }
  yield ticket(opened.location!)
  return opened.location!
}

function* attachFile(random: Random, { project }: Member, path: string): Stretch {
  const action = path.replace(`/${project}/`, `/${project}/attachment/`)
  const form = yield { name: 'attachments', path: action, expect: { contains: '<h1>Attachments of ' } }
  const text = Array.from({ length: random.between(1, 200) }, () => words(random, 10)).join('\n')
  yield { name: 'attach', ...submit(form, action, { description: words(random, 4) }, { field: 'file', name: `log-${random.between(1, 999)}.txt`, text }), expect: { status: 303 } }
  yield { name: 'attachments', path: action, expect: { contains: '.txt</a>' } }
}

/** Everybody has a page of their own, so that nobody writes what another is writing. */
function* keepNotes(random: Random, { login, project }: Member): Stretch<Answer> {
  const page = `NotesOf${login}`
  const action = `/${project}/wiki/${page}`
  const form = yield { name: 'edit wiki', path: `${action}?action=edit`, expect: { contains: `<h1>${page}: ` } }
  yield { name: 'save wiki', ...submit(form, action, { text: `= Notes =\n\n * ${words(random, 30)}\n * ${random.fraction()}\n`, comment: words(random, 4) }), expect: { status: 303 } }
  return yield wikiPage(project, page)
}
