import { describe, expect, test } from 'vitest'
import type { LoadSecond } from '../../timeline/entry.ts'
import { openTestGround } from '../fixtures/ground.ts'
import { playOn, type PlanOf } from '../fixtures/play.ts'
import { startSessionServer, type Seen } from '../fixtures/session-server.ts'

const shared = openTestGround(startSessionServer)

describe('a journey of several requests', { timeout: 30_000 }, () => {
  test('logs in by the form that it was shown, keeps its cookie, follows links and logs out', async () => {
    const { dose, seen, routes } = await play(editor(7), { dose: 7, concurrency: 1, cycle: 2, firstRequest: 30 })
    expect(dose).toMatchObject({ planned: 7, counted: 7, unexpected: 0, generator: { kind: 'completed' } })
    expect(seen.map(({ method, url }) => `${method} ${url}`)).toEqual(['GET /login', 'POST /login', 'GET /home?from=login', 'GET /page/2?a=1&b=2', 'GET /note', 'POST /note?save=1', 'POST /logout'])
    expect(seen.map(({ id }) => id)).toEqual([0, 1, 2, 3, 4, 5, 6].map(k => `2-30-${k}`))
    expect(routes).toEqual({ 'login form': 1, login: 1, home: 1, page: 1, note: 1, 'save note': 1, logout: 1 })
  })

  test('sends what a browser would: fields as they stood, hidden and shown, with what was filled in', async () => {
    const { seen } = await play(editor(7), { dose: 7, concurrency: 1 })
    expect([...new URLSearchParams(seen.find(({ method, url }) => method === 'POST' && url === '/note?save=1')!.body)]).toEqual([['token', expect.any(String)], ['text', '\r\nfirst <line>'], ['kind', 'memo'], ['tags', 'a'], ['tags', 'c'], ['place', 'here'], ['room', '2'], ['why', 'so'], ['seen', 'yes']])
  })

  test('tells the fields of a form as they stand, and takes several values for a name, or none', async () => {
    const { seen } = await play(
      `export default journey({ visits: [{ name: 'tagger', requests: 4, steps: function* () {
        ${login}
        const note = yield { name: 'note', path: '/note' }
        if (JSON.stringify(fieldsOf(note, '/note').tags) !== '["a","c"]') throw new Error(JSON.stringify(fieldsOf(note, '/note')))
        yield { name: 'save note', ...submit(note, '/note', { tags: ['b', 'c'], seen: [], more: 'yes' }), expect: { status: 303 } }
      } }] })`,
      { dose: 4, concurrency: 1 },
    )
    const sent = [...new URLSearchParams(seen.at(-1)!.body)]
    expect(sent.slice(3)).toEqual([['tags', 'b'], ['tags', 'c'], ['place', 'here'], ['room', '2'], ['why', 'so'], ['more', 'yes']])
  })

  test('finds links of the site itself, from wherever they lead, each once', async () => {
    const { dose } = await play(
      `export default journey({ visits: [{ name: 'reader', requests: 3, steps: function* () {
        ${login}
        const home = yield { name: 'home', path: '/home' }
        if (JSON.stringify(linksOf(home)) !== '["/page/1","/page/2?a=1&b=2","/home?all","/news?p=2","/b"]') throw new Error(JSON.stringify(linksOf(home)))
      } }] })`,
      { dose: 3, concurrency: 1 },
    )
    expect(dose).toMatchObject({ counted: 3, generator: { kind: 'completed' } })
  })

  test('is not led to a path of the application by a redirect to another host, and ends with that URL where it follows it', async () => {
    const { dose, seen } = await play(
      `export default journey({ visits: [{ name: 'leaver', requests: 4, steps: function* () {
        ${login}
        const left = yield { name: 'leave', path: '/leave', expect: { status: 302 } }
        yield { name: 'home', path: left.location }
      } }] })`,
      { dose: 4, concurrency: 1 },
    )
    expect(dose.generator).toMatchObject({ kind: 'broken', tail: expect.stringContaining('visit 0 ("leaver") of the journey threw: Error: expected a path that begins with / and is percent-encoded, got "http://elsewhere/home"') })
    expect(seen.at(-1)?.url).toBe('/leave')
  })

  test('sends a file with the fields of its form', async () => {
    const { dose, seen } = await play(
      `export default journey({ visits: [{ name: 'sender', requests: 4, steps: function* () {
        ${login}
        const note = yield { name: 'note', path: '/note' }
        yield { name: 'attach', ...submit(note, '/note', { kind: 'log' }, { field: 'file', name: 'a.txt', text: 'one\\ntwo' }), expect: { status: 303 } }
      } }] })`,
      { dose: 4, concurrency: 1 },
    )
    expect(dose.counted).toBe(4)
    const sent = await new Request('http://x/', { method: 'POST', body: seen.at(-1)!.body, headers: { 'content-type': 'multipart/form-data; boundary=lowtide-7MA4YWxkTrZu0gW' } }).formData()
    expect([sent.get('kind'), sent.get('text')]).toEqual(['log', '\r\nfirst <line>'])
    const file = sent.get('file') as File
    expect([file.name, await file.text()]).toEqual(['a.txt', 'one\ntwo'])
  })

  test.each([
    [40, 4],
    [41, 4],
    [7, 7],
    [3, 8],
  ])('a dose of %i by %i users is delivered to the request', async (planned, concurrency) => {
    const { dose, seen } = await play(editor(7), { dose: planned, concurrency })
    expect(dose).toMatchObject({ planned, counted: planned, unexpected: 0, dropped: 0 })
    expect(seen).toHaveLength(planned)
    expect(new Set(seen.map(({ id }) => id)).size).toBe(planned)
  })

  test('each visit has cookies of its own, and so has each user who comes after its steps have ended', async () => {
    const { seen } = await play(editor(16), { dose: 32, concurrency: 2 })
    const visits = Object.values(Object.groupBy(seen, ({ id }) => id.replace(/-\d+$/, ''))).map(visit => visit!.toSorted((a, b) => kOf(a) - kOf(b)))
    const brought = visits.flatMap(visit => [visit.slice(1, 7), visit.slice(8, 14)].map(round => [...new Set(round.map(({ session }) => session))]))
    expect(brought.map(sessions => sessions.length)).toEqual([1, 1, 1, 1])
    expect(new Set(brought.flat()).size).toBe(4)
    expect(new Set(seen.filter(({ url, method }) => url === '/login' && method === 'GET').map(({ session }) => session))).toEqual(new Set(['']))
  })

  test('an answer that is not as expected ends a round and not the load: the dose is delivered, and says so', async () => {
    const { dose, seen } = await play(`export default journey({ visits: [{ name: 'stranger', requests: 3, steps: function* () {
      yield { name: 'page', path: '/page/1' }
      yield { name: 'never', path: '/never' }
    } }] })`, { dose: 12, concurrency: 2 })
    expect(dose).toMatchObject({ planned: 12, unexpected: 12, dropped: 0, generator: { kind: 'completed' } })
    expect(new Set(seen.map(({ url }) => url))).toEqual(new Set(['/page/1']))
  })

  test('the same seed asks for the same, whatever the users and their think times; another seed for something else', async () => {
    const urlsOf = async (seed: number, concurrency: number, thinkScale: number) => {
      const { seen } = await play(mixed, { dose: 120, concurrency, seed, thinkScale })
      return seen.map(({ id, method, url }) => `${id} ${method} ${url}`).toSorted()
    }
    const [alone, crowded, other] = [await urlsOf(1, 2, 0), await urlsOf(1, 12, 1), await urlsOf(2, 12, 0)]
    expect(crowded).toEqual(alone)
    expect(other).not.toEqual(alone)
  })

  test('users wait before each request, as long as the plan scales it', async () => {
    const gapsOf = async (thinkScale: number) => {
      const { seen } = await play(editor(7, 'think: { medianMs: 1_000, sigma: 0, mostMs: 2_000 }'), { dose: 7, concurrency: 1, thinkScale })
      return seen.slice(1).map(({ atMs }, i) => atMs - seen[i]!.atMs)
    }
    for (const gapMs of await gapsOf(0.2)) expect(gapMs).toBeGreaterThan(180)
    expect(Math.min(...(await gapsOf(0)))).toBeLessThan(100)
  })

  test.each([
    ['has no step', 'requests: 3, steps: function* () {}', 108, /visit 0 \("x"\) of the journey threw: Error: its steps end before the first request/],
    ['throws in a step', `requests: 3, steps: function* () { ${'const page = '}yield { name: 'login', path: '/login' }; submit(page, '/nowhere', {}) }`, 108, /expected a form for \/nowhere on \/login; its forms are for \/search, \/login/],
    ['has no requests', 'requests: 0, steps: function* () {}', 107, /whole numbers of requests; got \[\{"name":"x","weight":1,"requests":0\}\]/],
  ])('a journey that %s gives a broken load that says so', async (_, visit, exitCode, said) => {
    const { dose } = await play(`export default journey({ visits: [{ name: 'x', ${visit} }] })`, { dose: 6, concurrency: 1 })
    expect(dose.generator).toMatchObject({ kind: 'broken', exitCode, tail: expect.stringMatching(said) })
  })
})

const login = `const form = yield { name: 'login form', path: '/login', expect: { contains: '<h1>Login</h1>' } }
  const entered = yield { name: 'login', ...submit(form, '/login', { user: 'ada', password: 'secret & co.' }), expect: { status: 303 } }`

const editor = (requests: number, more = '') => `export default journey({ visits: [{ name: 'editor', requests: ${requests}, ${more || 'weight: 1'}, steps: function* () {
  ${login}
  const home = yield { name: 'home', path: entered.location, expect: { contains: '<h1>Home</h1>' } }
  yield { name: 'page', path: linksOf(home, /page/)[1] }
  const note = yield { name: 'note', path: '/note' }
  yield { name: 'save note', ...submit(note, '/note', { kind: 'memo' }), expect: { status: 303 } }
  yield { name: 'logout', ...submit(home, '/logout', {}), expect: { status: 303 } }
} }] })`

const mixed = `export default journey({ visits: [
  { name: 'login form', weight: 2, think: { medianMs: 20, sigma: 1, mostMs: 100 }, request: random => ({ path: '/login?n=' + random.between(1, 1000) }) },
  { name: 'walker', weight: 5, requests: 5, think: { medianMs: 20, sigma: 1, mostMs: 100 }, steps: function* (random) {
    ${login}
    while (true) yield { name: 'page', path: '/page/' + random.between(1, 1000) }
  } },
] })`

const kOf = ({ id }: Seen) => Number(id.split('-')[2])

/** The dose, what the server saw of it, and its requests by route. */
const play = async (text: string, plan: PlanOf) => {
  const before = shared.server.seen.length
  const routes: Record<string, number> = {}
  const count = ({ route, started }: LoadSecond) => (routes[route] = (routes[route] ?? 0) + started)
  const dose = await playOn({ k6: shared.k6, dir: shared.dir, baseUrl: shared.server.url }, text, plan, { onHappening: happening => happening.kind === 'load' && count(happening) })
  return { dose, seen: shared.server.seen.slice(before), routes }
}
