import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CAPABILITIES, type Capability } from './drproject/auth/capabilities.ts'
import { SESSION_COOKIE } from './drproject/auth/form-token.ts'
import { AUTH_COOKIE, storedCookie } from './drproject/auth/visitor.ts'
import { openRepository } from './drproject/versioncontrol/repository.ts'
import { synchronise } from './drproject/versioncontrol/sync.ts'
import { crawl, elementsOf, type CrawledPage } from './testing/crawl.ts'
import { freshBrowser, type FreshBrowser, type Seen } from './testing/fresh-browser.ts'
import { makeHostile, PAYLOADS } from './testing/hostile.ts'
import { OPEN, SECRET, STANDINGS, startWorld, type World } from './testing/world.ts'

let world: World

beforeAll(async () => {
  world = await startWorld()
}, 60_000)

afterAll(() => world[Symbol.asyncDispose]())

describe('a private project', () => {
  test('is whole to its members, and to all others as if it were not there', async () => {
    const pages = await crawlAs('ada', SECRET)
    expect(kindsOf(pages)).toEqual(expect.arrayContaining(MODULES))
    for (const who of [null, 'outsider', 'blind']) {
      const stranger = await browserAs(who)
      const nothing = (await stranger.get('/Nosuch/timeline')).text
      for (const { url } of pages) {
        const { status, text, headers } = await stranger.get(url)
        expect({ url, who, status, type: headers['Content-Type'] }).toEqual({ url, who, status: 404, type: 'text/html; charset=utf-8' })
        expect(withoutAddress(text)).toBe(withoutAddress(nothing))
      }
    }
  })

  test.each([[null, [OPEN]], ['outsider', [OPEN]], ['blind', []], ['viewer', [OPEN, SECRET]]])('is on the list of projects for who may see it: %s', async (who, listed) => {
    const { text } = await (await browserAs(who)).get('/')
    expect([OPEN, SECRET].filter((project) => text.includes(project))).toEqual(listed)
  })

  test('takes no form from strangers', async () => {
    const before = await digest()
    const outsider = await browserAs('outsider')
    for (const { path } of NEEDS) expect([path, (await outsider.post(`/${SECRET}${path}`, { summary: 'x', text: 'x', version: '0' })).status]).toEqual([path, 404])
    expect(await digest()).toEqual(before)
  })
})

/** What the pages and forms of a project need. A form that is let in may still be refused for what it says; nothing of it is sent here. */
const NEEDS: readonly { readonly path: string; readonly method?: 'POST'; readonly needs: Capability; readonly fields?: Readonly<Record<string, string>> }[] = [
  ...['/wiki/WikiStart', '/wiki/WikiStart?action=history', '/wiki/WikiStart?action=diff', '/wiki/TitleIndex', '/timeline', '/timeline?format=rss', '/roadmap', '/milestone/milestone1', '/query', '/query?order=id&format=csv', '/query?order=id&format=rss', '/report', '/ticket/1', '/mail', '/mail/1', '/search?q=the', '/browser', '/browser/trunk', '/log', '/changeset/1', '/changeset/1?format=diff', '/attachment/wiki/WikiStart', '/raw-attachment/ticket/1/notes.txt'].map((path) => ({ path, needs: 'VIEW' as const })),
  { path: '/wiki/WikiStart?action=edit', needs: 'WIKI_EDIT' },
  { path: '/wiki/WikiStart?action=edit', method: 'POST', needs: 'WIKI_EDIT' },
  { path: '/attachment/wiki/WikiStart', method: 'POST', needs: 'WIKI_EDIT' },
  { path: '/newticket', needs: 'TICKET_CREATE' },
  { path: '/newticket', method: 'POST', needs: 'TICKET_CREATE' },
  { path: '/ticket/1', method: 'POST', needs: 'TICKET_CHANGE' },
  { path: '/attachment/ticket/1', method: 'POST', needs: 'TICKET_CHANGE' },
  { path: '/attachment/ticket/1?delete=notes.txt', needs: 'PROJECT_ADMIN' },
  { path: '/attachment/ticket/1', method: 'POST', needs: 'PROJECT_ADMIN', fields: { delete: 'nothing.txt' } },
  { path: '/report', method: 'POST', needs: 'TICKET_CHANGE' },
  { path: '/milestone?action=new', needs: 'MILESTONE_EDIT' },
  { path: '/milestone', method: 'POST', needs: 'MILESTONE_EDIT', fields: { action: 'new' } },
  { path: '/milestone/milestone1?action=edit', needs: 'MILESTONE_EDIT' },
  { path: '/milestone/milestone1', method: 'POST', needs: 'MILESTONE_EDIT', fields: { action: 'edit' } },
  { path: '/milestone/milestone1', method: 'POST', needs: 'MILESTONE_EDIT', fields: { action: 'delete' } },
  ...['/admin', '/admin/members', '/admin/roles'].flatMap((path) => [{ path, needs: 'PROJECT_ADMIN' as const }, { path, method: 'POST' as const, needs: 'PROJECT_ADMIN' as const }]),
]

describe.each([OPEN, SECRET])('who may do what in %s', (project) => {
  const people = [null, 'outsider', 'ada', ...Object.keys(STANDINGS)]

  test.each(people)('%s', async (who) => {
    const browser = await browserAs(who)
    const may = capabilitiesFor(who, project)
    const answers: string[] = []
    const expected: string[] = []
    for (const { path, method = 'GET', needs, fields = {} } of NEEDS) {
      const { status } = method === 'GET' ? await browser.get(`/${project}${path}`) : await browser.post(`/${project}${path}`, fields)
      const [allowed, forbidden, hidden] = ['allowed', '403', '404']
      const request = `${method} ${path} (${needs})`
      answers.push(`${request}: ${status === 403 ? forbidden : status === 404 && !(fields.delete && may.has('VIEW')) ? hidden : allowed}`)
      expected.push(`${request}: ${!may.has('VIEW') ? hidden : may.has(needs) ? allowed : forbidden}`)
    }
    expect(answers).toEqual(expected)
  })
})

/** By the rules of the README, not by the code's. */
function capabilitiesFor(who: string | null, project: string): ReadonlySet<Capability> {
  if (who === null) return new Set(project === OPEN ? ['VIEW'] : [])
  if (who === 'outsider') return new Set(project === OPEN ? ['VIEW', 'TICKET_CREATE'] : [])
  if (who === 'ada') return new Set(CAPABILITIES)
  return new Set(CAPABILITIES.filter((capability) => STANDINGS[who]?.includes(capability)))
}

describe('forms', () => {
  test('are refused without their token, with a guessed one, and with that of another browser; looking at pages writes nothing', async () => {
    const before = await digest()
    const pages = [...(await crawlAs('ada', OPEN)), ...(await crawlAs('ada', '', ['/settings', '/']))]
    const [mine, stranger] = [await browserAs('ada'), freshBrowser(world.env)]
    const foreign = /name="__token" value="(\w+)"/.exec((await stranger.get('/login')).text)?.[1] ?? ''
    const forms = formsOf(pages).filter(({ method }) => method === 'POST')
    expect(forms.length).toBeGreaterThan(15)
    for (const { action, fields } of forms) {
      for (const token of [[], ['0'.repeat(64)], [foreign]]) {
        const values = Object.fromEntries(fields.map(({ name, value }) => [name, value || 'x']))
        expect([action, (await mine.post(action, { ...values, __token: token })).status]).toEqual([action, 403])
      }
    }
    expect(await digest()).toEqual(before)
  })

  test('of a session that a stranger has planted on somebody are refused', async () => {
    const stranger = freshBrowser(world.env)
    const token = /name="__token" value="(\w+)"/.exec((await stranger.get('/login')).text)?.[1] ?? ''
    const victim = await browserAs('ada')
    victim.cookies.set(SESSION_COOKIE, stranger.cookies.get(SESSION_COOKIE)!)
    expect((await victim.post('/settings', { __token: token, what: 'person', name: 'Somebody else', email: '' })).status).toBe(403)
  })
})

describe('whatever people wrote', () => {
  beforeAll(async () => {
    await makeHostile(world.database, world.repositories, OPEN)
    await synchronise(world.env, OPEN, openRepository(world.repositories, OPEN)!)
  })

  test.each(['ada', null])('runs nothing on any page, for %s', async (who) => {
    const pages = await crawlAs(who, OPEN, [...STARTS.map((path) => `/${OPEN}${path}`), ...HOSTILE_PAGES, '/', '/settings'])
    expect(kindsOf(pages)).toEqual(expect.arrayContaining(MODULES.filter((name) => who !== null || !['admin', 'newticket'].includes(name))))
    const shown = pages.filter(({ seen }) => PAYLOADS.some((payload) => seen.text.includes(payload.slice(0, 12).replaceAll('"', '&quot;').replaceAll("'", '&#39;').replaceAll('<', '&lt;').replaceAll('>', '&gt;'))))
    expect(shown.length).toBeGreaterThan(25)
    expect(problemsOf(pages)).toEqual([])
  })

  test('runs nothing where an address gives it back, and no statement gives way to it', async () => {
    const before = await digest()
    const browser = await browserAs('viewer')
    const tried = await visitAll(addressesFrom(await crawlAs('viewer', OPEN)), browser.get)
    expect(tried.length).toBeGreaterThan(300)
    expect(problemsOf(tried)).toEqual([])
    expect(await digest()).toEqual(before)
  })

  test('runs nothing where a form gives it back, and no statement gives way to it', async () => {
    const pages = [...(await crawlAs('ada', OPEN)), ...(await crawlAs('ada', '', ['/settings']))]
    const browser = await browserAs('ada')
    const filled = formsOf(pages).filter(({ action }) => action !== '/logout').flatMap(({ method, action, fields }) => PAYLOADS.map((payload) => ({ method, action, values: Object.fromEntries(fields.filter(({ name }) => name !== '__token').map(({ name, type, value }) => [name, type === 'hidden' ? value : payload])) })))
    const tried = await visitAll(filled, ({ method, action, values }) => (method === 'POST' ? browser.post(action, values) : browser.get(`${action.split('?')[0]}?${String(new URLSearchParams(values))}`)))
    expect(tried.length).toBeGreaterThan(100)
    expect(problemsOf(tried)).toEqual([])
    expect(Object.keys(await digest())).toEqual(expect.arrayContaining(['person', 'ticket', 'wiki']))
  })
})

async function visitAll<T>(requests: readonly T[], ask: (request: T) => Promise<Seen>): Promise<CrawledPage[]> {
  const pages: CrawledPage[] = []
  for (const request of requests) {
    const seen = await ask(request)
    pages.push({ url: typeof request === 'string' ? request : JSON.stringify(request), seen, document: elementsOf(seen) })
  }
  return pages
}

/** What is linked from nowhere, or only from far away. */
const HOSTILE_PAGES = PAYLOADS.flatMap((payload, i) => [`/${OPEN}/ticket/${900 + i}`, `/${OPEN}/mail/${900 + i}`, ...['wiki', 'milestone', 'browser', 'log'].map((kind) => `/${OPEN}/${kind}/${encodeURIComponent(payload.replaceAll('/', kind === 'browser' || kind === 'log' ? '\u2215' : '/')).replaceAll('%2F', '/')}`)])

/** The arguments and the parts of the paths of all kinds of pages, one at a time, as payloads: a page's own arguments as all of them, the others as some. */
function addressesFrom(pages: readonly CrawledPage[]): string[] {
  const urls = pages.map(({ url }) => new URL(url, 'http://localhost'))
  const names = [...new Set(['from', 'page', 'rev', ...urls.flatMap(({ searchParams }) => [...searchParams.keys()])])]
  const kinds = [...new Map(urls.map((url) => [url.pathname.replaceAll(/\d+/g, 'N').split('/').slice(0, 4).join('/'), url])).values()]
  return kinds.flatMap(({ pathname, searchParams }, k) => [
    ...names.flatMap((name, n) => PAYLOADS.filter((_, i) => (i + n + k) % (searchParams.has(name) ? 1 : 4) === 0).map((payload) => `${pathname}?${String(new URLSearchParams([...[...searchParams].filter(([other]) => other !== name), [name, payload]]))}`)),
    ...pathname.split('/').map((_, part) => pathname.split('/').map((text, at) => (at === part && at > 0 ? encodeURIComponent(PAYLOADS[(k + part) % PAYLOADS.length]!) : text)).join('/')),
  ])
}

/** What no answer may be: something that runs, a failure, a page without its headers, a way to another site. */
const problemsOf = (pages: readonly CrawledPage[]) =>
  pages.flatMap(({ url, seen, document }) => [
    ...document.dangers.map((danger) => `${url}: ${danger}`),
    ...(seen.status >= 500 ? [`${url}: ${seen.status}`] : []),
    ...(/\n\s+at .*:\d+|SELECT .* FROM |syntax error|relation "/.test(seen.text) && seen.status >= 400 ? [`${url}: says too much`] : []),
    ...Object.entries(HEADERS).filter(([name, value]) => seen.headers[name] !== value).map(([name]) => `${url}: ${name}: ${seen.headers[name]}`),
    ...(seen.headers.Location && !seen.headers.Location.startsWith('http://localhost:8080/') ? [`${url}: leads to ${seen.headers.Location}`] : []),
  ])

const HEADERS = {
  'Content-Security-Policy': "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'same-origin',
  'Cache-Control': 'private, no-cache',
}

const MODULES = ['admin', 'attachment', 'browser', 'changeset', 'log', 'mail', 'milestone', 'newticket', 'query', 'raw-attachment', 'report', 'roadmap', 'search', 'ticket', 'timeline', 'wiki']

const kindsOf = (pages: readonly CrawledPage[]) => [...new Set(pages.map(({ url }) => new URL(url, 'http://localhost').pathname.split('/')[2] ?? ''))].toSorted()

const STARTS = ['', '/timeline?format=rss', '/search?q=the', '/query?order=id', '/attachment/wiki/WikiStart', '/attachment/ticket/1', '/milestone?action=new']

async function crawlAs(who: string | null, project: string, starts = STARTS.map((path) => `/${project}${path}`)): Promise<CrawledPage[]> {
  return crawl((await browserAs(who)).get, starts, project ? `/${project}` : '/settings')
}

/** Somebody who has logged in before, and has a form's token. */
async function browserAs(who: string | null): Promise<FreshBrowser> {
  const cookies = new Map([[SESSION_COOKIE, 'a'.repeat(32)]])
  if (who !== null) {
    cookies.set(AUTH_COOKIE, `cookie of ${who}`)
    await world.database.query('INSERT INTO auth_cookie VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING', [storedCookie(`cookie of ${who}`), who, '192.0.2.1', Math.floor(world.env.now().getTime() / 1000)])
  }
  const browser = freshBrowser(world.env, { cookies })
  await browser.get('/login')
  return browser
}

const formsOf = (pages: readonly CrawledPage[]) => {
  const forms = pages.flatMap(({ url, document }) => document.forms.map((form) => ({ ...form, action: form.action || url })))
  return [...new Map(forms.map((form) => [`${form.method} ${form.action.replaceAll(/\d+/g, 'N')} ${form.fields.map(({ name }) => name).join()}`, form])).values()]
}

/** Everything in every table. */
async function digest(): Promise<Readonly<Record<string, string>>> {
  const tables = (await world.database.query("SELECT relname AS name FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY relname")).rows
  const sums: Record<string, string> = {}
  for (const { name } of tables) sums[name] = (await world.database.query(`SELECT count(*) || ' ' || md5(string_agg(t::text, '' ORDER BY t::text)) AS sum FROM ${name} t`)).rows[0].sum
  return sums
}

/** The address and the way back to it are what was asked for. */
const withoutAddress = (text: string) => text.replaceAll(/There is nothing at [^<]*|\/login\?next=[^"]*|name="__token" value="\w+"/g, '')
