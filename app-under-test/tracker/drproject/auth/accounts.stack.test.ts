import pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { loadRows } from '../../seed/load.ts'
import { DATA_SETS_NOW, dataSetsOf, rowsOf } from '../../testing/data-sets.ts'
import { freshBrowser } from '../../testing/fresh-browser.ts'
import { startPostgres, type Postgres } from '../../testing/postgres.ts'
import type { Environment } from '../environment.ts'
import { openTracker } from '../tracker.ts'
import { hashPassword } from './passwords.ts'
import { AUTH_COOKIE, storedCookie } from './visitor.ts'

const { project } = dataSetsOf(2006, 10, 1)[0]!
let postgres: Postgres
let database: pg.Client
let env: Environment

beforeAll(async () => {
  postgres = await startPostgres()
  await loadRows(postgres.appUrl, rowsOf(2006, dataSetsOf(2006, 10, 1)), { replace: false })
  database = new pg.Client({ connectionString: postgres.appUrl })
  await database.connect()
  env = open()
}, 30_000)

beforeEach(async () => {
  await database.query('TRUNCATE login_attempt, session, auth_cookie')
  await database.query('UPDATE person SET name = upper(login), password = $1', [await hashPassword('drproject')])
})

afterAll(async () => {
  await env.close()
  await database.end()
  await postgres[Symbol.asyncDispose]()
})

describe('login', () => {
  test('gives a cookie of 256 random bits that the table holds only as a hash, and goes back to where one was', async () => {
    const ada = freshBrowser(env)
    const shown = await ada.get(`/${project}/timeline?daysback=7`)
    const link = /href="(\/login[^"]*)"/.exec(shown.text)?.[1]?.replaceAll('&amp;', '&') ?? ''
    const form = await ada.get(link)
    const next = /name="next" value="([^"]*)"/.exec(form.text)?.[1]?.replaceAll('&amp;', '&') ?? ''
    const answer = await ada.post('/login', { login: 'ada', password: 'drproject', next })
    expect([answer.status, answer.location]).toEqual([303, `/${project}/timeline?daysback=7`])
    expect(answer.cookies).toEqual([
      expect.stringMatching(/^drproject_auth=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=2592000$/),
      expect.stringMatching(/^drproject_browser=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=31536000$/),
      'drproject_session=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0',
    ])
    expect((await database.query('SELECT cookie, login, ipnr FROM auth_cookie')).rows).toEqual([{ cookie: storedCookie(ada.cookies.get(AUTH_COOKIE)!), login: 'ada', ipnr: '192.0.2.1' }])
    expect((await ada.get('/')).text).toContain('ADA <a href="/settings">')
  })

  test('gives another cookie each time, and ends what the browser had before', async () => {
    const ada = freshBrowser(env)
    await ada.logIn('ada')
    const before = ada.cookies.get(AUTH_COOKIE)!
    await ada.logIn('ada')
    expect(ada.cookies.get(AUTH_COOKIE)).not.toBe(before)
    expect((await freshBrowser(env, { cookies: new Map([[AUTH_COOKIE, before]]) }).get('/')).text).toContain('>Login</a>')
  })

  test('says Secure under https', async () => {
    const answer = await freshBrowser(env, { baseUrl: 'https://tracker.example.edu' }).logIn('ada')
    expect(answer.cookies).toHaveLength(3)
    for (const cookie of answer.cookies!) expect(cookie).toContain('; Secure')
  })

  test('ends after thirty days, and is swept when somebody logs in', async () => {
    const ada = freshBrowser(env)
    await ada.logIn('ada')
    const later = open('2006-03-02T19:00:00Z')
    expect((await freshBrowser(later, { cookies: ada.cookies }).get('/')).text).toContain('>Login</a>')
    await freshBrowser(later).logIn('ben')
    await later.close()
    expect((await database.query('SELECT login FROM auth_cookie')).rows).toEqual([{ login: 'ben' }])
  })

  test('tells nobody by its answer or its time which logins there are', async () => {
    const tried = async (login: string) => {
      const begin = performance.now()
      const { status, text } = await freshBrowser(env).logIn(login, 'wrong')
      return { status, text: text.replaceAll(/value="\w+"/g, ''), ms: performance.now() - begin }
    }
    const [known, unknown]: [number[], number[]] = [[], []]
    for (let round = 0; round < 5; round++) {
      const [one, other] = [await tried('ada'), await tried(`nobody${round}`)]
      expect([one.status, one.text]).toEqual([403, other.text])
      known.push(one.ms)
      unknown.push(other.ms)
    }
    expect(Math.min(...unknown) / Math.min(...known)).toBeGreaterThan(0.67)
    expect(Math.min(...unknown) / Math.min(...known)).toBeLessThan(1.5)
  })

  test.each(['//evil.example/', 'https://evil.example/', '/\\evil.example', '@evil.example', '.evil.example', '/a\r\nSet-Cookie: a=b'])('never leads to another site: %j', async (next) => {
    const ada = freshBrowser(env)
    await ada.get(`/login?next=${encodeURIComponent(next)}`)
    const { headers } = await ada.post('/login', { login: 'ada', password: 'drproject', next })
    expect(headers.Location).toBe('http://localhost:8080/')
  })
})

describe('guessing', () => {
  test('slows down for who guesses, and for nobody else', async () => {
    const known = freshBrowser(env)
    await known.logIn('ada')
    await known.post('/logout', {})
    for (let left = 5; left > 0; left--) expect((await freshBrowser(env).logIn('ada', 'guess')).status).toBe(403)
    const refused = await freshBrowser(env).logIn('ada')
    expect([refused.status, refused.cookies]).toEqual([429, []])
    expect(Number(refused.headers['Retry-After'])).toBeGreaterThan(0)

    expect((await freshBrowser(env, { remoteAddress: '192.0.2.2' }).logIn('ada')).status).toBe(303)
    expect((await freshBrowser(env).logIn('ben')).status).toBe(303)
    expect((await known.logIn('ada')).status).toBe(303)

    await database.query('UPDATE login_attempt SET time = time - 5')
    expect((await freshBrowser(env).logIn('ada')).status).toBe(303)
    expect((await database.query('SELECT login FROM login_attempt')).rows).toEqual([])
  })

  test('waits longer after each try, up to four minutes', async () => {
    const waits: number[] = []
    for (const attempts of [4, 5, 6, 9, 500]) {
      await database.query("INSERT INTO login_attempt VALUES ('ada', 'network 192.0.2.1', $1, extract(epoch FROM now())) ON CONFLICT (login, whence) DO UPDATE SET attempts = $1, time = excluded.time", [attempts])
      waits.push(Number((await freshBrowser(env).logIn('ada', 'guess')).headers['Retry-After'] ?? 0))
    }
    expect(waits).toEqual([0, expect.toBeOneOf([3, 4]), expect.toBeOneOf([7, 8]), expect.toBeOneOf([63, 64]), expect.toBeOneOf([255, 256])])
  })

  test('counts tries that come at the same moment', async () => {
    const envs = Array.from({ length: 10 }, () => open())
    const answers = await Promise.all(envs.map((each) => freshBrowser(each).logIn('ada', 'guess')))
    for (const each of envs) await each.close()
    expect(answers.filter(({ status }) => status === 403)).toHaveLength(5)
  })
})

describe('logout', () => {
  test('ends the login for good, and only a form can do it', async () => {
    const ada = freshBrowser(env)
    await ada.logIn('ada')
    const before = ada.cookies.get(AUTH_COOKIE)!
    expect((await ada.get('/logout')).status).toBe(404)
    expect((await ada.get('/')).text).toContain('ADA')
    expect((await ada.post('/logout', {})).location).toBe('/')
    expect((await freshBrowser(env, { cookies: new Map([[AUTH_COOKIE, before]]) }).get('/')).text).toContain('>Login</a>')
  })
})

describe('settings', () => {
  test('ask who is not logged in to log in first', async () => {
    expect((await freshBrowser(env).get('/settings')).location).toBe('/login?next=%2Fsettings')
  })

  test('change name and address, or say what is wrong and keep what was written', async () => {
    const ada = freshBrowser(env)
    await ada.logIn('ada')
    await ada.get('/settings')
    const refused = await ada.post('/settings', { what: 'person', name: 'Ada <3', email: 'nowhere' })
    expect(refused).toMatchObject({ status: 400, text: expect.stringMatching(/"nowhere&?|&quot;nowhere&quot; is no e-mail address/) })
    expect(refused.text).toContain('value="Ada &lt;3"')
    expect((await ada.post('/settings', { what: 'person', name: 'Ada <3', email: 'ada@example.edu' })).status).toBe(303)
    expect((await database.query("SELECT name, email FROM person WHERE login = 'ada'")).rows).toEqual([{ name: 'Ada <3', email: 'ada@example.edu' }])
  })

  test('change the password for who has the old one, and end the logins of other browsers', async () => {
    const [here, elsewhere] = [freshBrowser(env), freshBrowser(env)]
    await here.logIn('ada')
    await elsewhere.logIn('ada')
    await here.get('/settings')
    const change = (old: string, wanted: string, again = wanted) => here.post('/settings', { what: 'password', old, new: wanted, again })
    expect((await change('wrong', 'correct horse')).text).toContain('The old password is wrong.')
    expect((await change('drproject', 'short')).text).toContain('A password has 8 to 200 characters')
    expect((await change('drproject', 'correct horse', 'battery staple')).text).toContain('not the same both times')
    expect((await elsewhere.get('/')).text).toContain('ADA')
    expect((await change('drproject', 'correct horse')).location).toBe('/settings?saved=password')
    expect((await here.get('/')).text).toContain('ADA')
    expect((await elsewhere.get('/')).text).toContain('>Login</a>')
    expect((await elsewhere.logIn('ada')).status).toBe(403)
    expect((await elsewhere.logIn('ada', 'correct horse')).status).toBe(303)
  })
})

const open = (now = DATA_SETS_NOW) => openTracker({ DATABASE_URL: postgres.appUrl, TRACKER_NOW: now, TRACKER_LOG: '/dev/null' })
