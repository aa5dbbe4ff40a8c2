import fc from 'fast-check'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { formTokenOf, SESSION_COOKIE } from './drproject/auth/form-token.ts'
import { AUTH_COOKIE, storedCookie } from './drproject/auth/visitor.ts'
import { dispatch } from './drproject/web/dispatcher.ts'
import type { Request } from './drproject/web/http.ts'
import { crawl } from './testing/crawl.ts'
import { freshBrowser } from './testing/fresh-browser.ts'
import { startFrontEnd } from './testing/front-end.ts'
import { PAYLOADS } from './testing/hostile.ts'
import { requestFor } from './testing/visit.ts'
import { OPEN, SECRET, STANDINGS, startWorld, type World } from './testing/world.ts'

/** How many requests, and which: a failure prints the seed and the path to repeat it with. */
const RUNS = Number(process.env.TRACKER_FUZZ_RUNS ?? 2000)
const SEED = Number(process.env.TRACKER_FUZZ_SEED ?? 2006)

let world: World
let words: Words

/** What real pages are asked with. */
type Words = { readonly paths: readonly string[]; readonly names: readonly string[]; readonly values: readonly string[]; readonly fields: readonly string[] }

beforeAll(async () => {
  world = await startWorld()
  for (const login of PEOPLE) await world.database.query('INSERT INTO auth_cookie VALUES ($1, $2, $3, $4)', [storedCookie(`cookie of ${login}`), login, '192.0.2.1', Math.floor(world.env.now().getTime() / 1000)])
  words = await wordsOfPages()
}, 60_000)

afterAll(() => world[Symbol.asyncDispose]())

test(`${RUNS} requests of any kind: none fails, none says too much, none keeps a connection or memory`, { timeout: 60_000 + 100 * RUNS }, async () => {
  const [requests, statuses] = [requestsOf(words), new Map<number, number>()]
  const begun = memory()
  for (let batch = 0; batch * BATCH < RUNS; batch++) {
    await fc.assert(fc.asyncProperty(requests, async (request) => void count(statuses, await check(request))), { seed: SEED + batch, numRuns: Math.min(BATCH, RUNS - batch * BATCH) })
    await expect.poll(openTransactions).toEqual([])
    // Objects that nobody lets go of would pile up batch by batch.
    world.env.heap.collect()
    expect(world.env.heap.live()).toBeLessThanOrEqual(begun.live)
  }
  expect(memory().bytes - begun.bytes).toBeLessThan(64_000_000)
  // A fuzzer that gets nowhere finds nothing.
  for (const status of [200, 303, 400, 403, 404, 405]) expect({ status, times: statuses.get(status) ?? 0 }).toEqual({ status, times: expect.toSatisfy((times: number) => times > RUNS / 500) })
})

describe.each(['gateway.ts', 'server.ts'])('%s', (program) => {
  test('some hundred requests of any kind: it goes on serving, and leaves no transaction behind', { timeout: 120_000 }, async () => {
    await using frontEnd = await startFrontEnd(program, world.variables)
    const runs = program === 'gateway.ts' ? Math.min(RUNS, 100) : Math.min(RUNS, 400)
    await fc.assert(
      fc.asyncProperty(requestsOf(words), async (request) => {
        const { status, text } = await send(frontEnd.url, request)
        expect(status).toBeLessThan(500)
        expect(text).not.toMatch(TOO_MUCH)
      }),
      { seed: SEED, numRuns: runs },
    )
    expect((await fetch(`${frontEnd.url}/`)).status).toBe(200)
    await expect.poll(openTransactions).toEqual([])
    expect(frontEnd.log().split('\n').filter((line) => line !== '' && !/^\d{4}-\d\d-\d\dT\S+ \[\d+\] ./.test(line))).toEqual([])
  })
})

const BATCH = 500

/** What `dispatch` answers, held against everything that must be true of an answer. Returns its status. */
async function check(request: Request): Promise<number> {
  world.lines.length = 0
  const begun = performance.now()
  const { status, headers, body } = await dispatch(world.env, request)
  const errors = world.lines.filter((line) => line.startsWith('error: '))
  expect({ status, errors }).toEqual({ status: expect.toSatisfy((code: number) => code >= 200 && code < 500), errors: [] })
  expect(String(body)).not.toMatch(TOO_MUCH)
  for (const value of Object.values(headers)) expect(value).toMatch(/^[\t\x20-\x7E\x80-\xFF]*$/)
  expect(world.env.pool.wrappersOf('MainThread')).toBe(0)
  expect(performance.now() - begun).toBeLessThan(10_000)
  return status
}

/** A stack, a statement, PostgreSQL's own words. */
const TOO_MUCH = /\n\s+at .*:\d+:\d+|SELECT \S+.* FROM \S+ WHERE|INSERT INTO \w+ \(|invalid input syntax|violates \w+ constraint|of type integer|node_modules/

const PEOPLE = ['ada', 'outsider', ...Object.keys(STANDINGS)]

const SESSION = 'f'.repeat(32)

/** Requests that begin as real ones: most parts of most of them are as some page would have them. */
function requestsOf({ paths, names, values, fields }: Words): fc.Arbitrary<Request> {
  const odd = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 60 }),
    fc.string({ unit: 'grapheme', maxLength: 60 }),
    fc.constantFrom(...PAYLOADS, '', '0', '-1', '00', '1e9', '999999999', '2147483648', '99999999999999999999', 'NaN', '2006-02-30', '1969-12-31', '2006-01-15', '../..', '\0', '\u{D800}', '%', '%00', ' ', '\t\n', 'on', '~', '!~', '>=', '$1', '\\', "'", '__proto__', 'constructor', 'toString'),
    fc.integer().map(String),
    fc.nat(5000).map((length) => 'x'.repeat(length)),
  )
  const value = fc.oneof({ weight: 2, arbitrary: fc.constantFrom(...values) }, { weight: 1, arbitrary: odd })
  const name = fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...names) }, { weight: 1, arbitrary: odd })
  const path = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...paths) },
    { weight: 3, arbitrary: fc.tuple(fc.constantFrom(...paths), fc.nat(5), odd).map(([known, part, text]) => known.split('/').map((each, i) => (i === part + 1 ? text : each)).join('/')) },
    { weight: 1, arbitrary: fc.array(odd, { maxLength: 6 }).map((parts) => `/${parts.join('/')}`) },
  )
  const pairs = (names: fc.Arbitrary<string>, maxLength: number) => fc.array(fc.tuple(names, value), { maxLength }).map((made) => new URLSearchParams(made.map(([key, text]): [string, string] => [key, text])))
  const form = pairs(fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...fields) }, { weight: 1, arbitrary: odd }), 8)
  const body = fc.oneof(
    { weight: 8, arbitrary: form.map((sent) => ({ contentType: 'application/x-www-form-urlencoded', body: `__token=TOKEN&${String(sent)}` })) },
    { weight: 2, arbitrary: fc.tuple(form, odd, fc.uint8Array({ maxLength: 300 })).map(([sent, file, bytes]) => multipart(sent, file, bytes)) },
    { weight: 1, arbitrary: fc.record({ contentType: fc.constantFrom('application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'multipart/form-data', 'text/plain', '', 'application/json'), body: fc.uint8Array({ maxLength: 300 }) }) },
  )
  const who = fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...PEOPLE.map((login) => `cookie of ${login}`)) }, { weight: 2, arbitrary: fc.constant('') }, { weight: 1, arbitrary: odd })
  const sent = fc.oneof(
    { weight: 6, arbitrary: fc.constant({ method: 'GET', contentType: '', body: new Uint8Array() }) },
    { weight: 5, arbitrary: body.map((made) => ({ method: 'POST', ...made })) },
    { weight: 1, arbitrary: fc.constantFrom('HEAD', 'DELETE', 'PUT', 'OPTIONS', 'PATCH').map((method) => ({ method, contentType: '', body: new Uint8Array() })) },
  )
  return fc.tuple(path, pairs(name, 5), who, sent).map(([made, args, login, { body, ...what }]) => {
    const cookies = new Map([[SESSION_COOKIE, SESSION], ...(login ? [[AUTH_COOKIE, login] as const] : [])])
    return requestFor(made, { ...what, body: typeof body === 'string' ? Buffer.from(body.replace('TOKEN', tokenOf(cookies))) : body, args, cookies, remoteAddress: '192.0.2.7' })
  })
}

const tokenOf = (cookies: ReadonlyMap<string, string>) => /value="(\w+)"/.exec(formTokenOf({ cookies }).field().markup)?.[1] ?? ''

function multipart(sent: URLSearchParams, filename: string, bytes: Uint8Array): { readonly contentType: string; readonly body: string } {
  const quoted = (text: string) => text.replaceAll(/["\r\n]/g, '_')
  const parts = [['__token', 'TOKEN'] as const, ...sent].map(([name, value]) => `--fuzz\r\nContent-Disposition: form-data; name="${quoted(name)}"\r\n\r\n${value}\r\n`)
  const file = `--fuzz\r\nContent-Disposition: form-data; name="file"; filename="${quoted(filename)}"\r\nContent-Type: text/plain\r\n\r\n`
  return { contentType: 'multipart/form-data; boundary=fuzz', body: `${parts.join('')}${file}${Buffer.from(bytes).toString('latin1')}\r\n--fuzz--\r\n` }
}

/** Pages, arguments and fields as links and forms have them, of both projects and of none. */
async function wordsOfPages(): Promise<Words> {
  const cookies = new Map([[SESSION_COOKIE, SESSION], [AUTH_COOKIE, 'cookie of ada']])
  const ask = freshBrowser(world.env, { cookies }).get
  const starts = (project: string) => ['', '/timeline', '/search?q=the', '/query', '/attachment/wiki/WikiStart', '/milestone?action=new', '/admin', '/report'].map((path) => `/${project}${path}`)
  const pages = [...(await crawl(ask, starts(OPEN), `/${OPEN}`, { alike: 1 })), ...(await crawl(ask, starts(SECRET), `/${SECRET}`, { alike: 1, most: 30 })), ...(await crawl(ask, ['/settings', '/login', '/'], '/settings'))]
  const urls = pages.map(({ url }) => new URL(url, 'http://localhost'))
  const forms = pages.flatMap(({ document }) => document.forms.flatMap(({ fields }) => fields))
  const unique = (texts: readonly string[]) => [...new Set(texts)]
  return {
    paths: unique([...urls.map(({ pathname }) => decodeURIComponent(pathname)), '/logout', '/chrome/drproject.css', '/Nosuch/wiki/WikiStart']),
    names: unique([...urls.flatMap(({ searchParams }) => [...searchParams.keys()]), ...forms.map(({ name }) => name), 'from', 'daysback', 'max', 'format', 'version', 'page', 'delete']),
    values: unique([...urls.flatMap(({ searchParams }) => [...searchParams.values()]), ...forms.map(({ name, value }) => (name === '__token' ? '' : value))]),
    fields: unique(forms.map(({ name }) => name).filter((name) => name !== '__token')),
  }
}

async function send(base: string, { method, path, args, cookies, contentType, body }: Request): Promise<{ readonly status: number; readonly text: string }> {
  // eslint-disable-next-line no-control-regex
  const cookie = [...cookies].map(([name, value]) => `${name}=${value.replaceAll(/[^\x20-\x7E]/g, '?')}`).join('; ')
  const response = await fetch(`${base}${path.toWellFormed().split('/').map(encodeURIComponent).join('/')}?${String(args)}`, { method, redirect: 'manual', headers: { Cookie: cookie, 'Content-Type': contentType }, ...(method === 'POST' && { body: Uint8Array.from(body) }) })
  return { status: response.status, text: await response.text() }
}

const openTransactions = async () => (await world.database.query("SELECT state, query FROM pg_stat_activity WHERE application_name = 'drproject' AND state <> 'idle'")).rows

const count = (statuses: Map<number, number>, status: number) => statuses.set(status, (statuses.get(status) ?? 0) + 1)

/** After a collection: bytes of this process's heap, and objects of the modelled one. */
function memory(): { readonly bytes: number; readonly live: number } {
  setFlagsFromString('--expose-gc')
  runInNewContext('gc')()
  world.env.heap.collect()
  return { bytes: process.memoryUsage().heapUsed, live: world.env.heap.live() }
}
