import { once } from 'node:events'
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { buildCgi } from '../build.ts'
import { startFrontEnd, type FrontEnd } from '../testing/front-end.ts'
import { OPEN, SECRET, startWorld, type World } from '../testing/world.ts'

let world: World

beforeAll(async () => {
  await buildCgi()
  world = await startWorld()
}, 60_000)

afterAll(() => world[Symbol.asyncDispose]())

describe.each(['gateway.ts', 'server.ts'])('%s', (program) => {
  let frontEnd: FrontEnd

  beforeAll(async () => {
    frontEnd = await startFrontEnd(program, world.variables)
  }, 30_000)

  afterAll(() => frontEnd[Symbol.asyncDispose]())

  test('a login comes through: its cookies one by one, its headers whole, its redirect to where one was', async () => {
    const form = await fetch(`${frontEnd.url}/login?next=%2F${SECRET}%2Ftimeline`)
    const session = form.headers.getSetCookie()
    expect(session).toEqual([expect.stringMatching(/^drproject_session=[0-9a-f]{32}; Path=\/; HttpOnly; SameSite=Lax$/)])
    const token = /name="__token" value="(\w+)"/.exec(await form.text())?.[1] ?? ''
    const answer = await fetch(`${frontEnd.url}/login`, { method: 'POST', redirect: 'manual', headers: { Cookie: session[0]!.split(';')[0]! }, body: new URLSearchParams({ __token: token, login: 'ada', password: 'drproject', next: `/${SECRET}/timeline` }) })
    expect([answer.status, answer.headers.get('location')]).toEqual([303, `${frontEnd.url}/${SECRET}/timeline`])
    const cookies = answer.headers.getSetCookie()
    expect(cookies.map((cookie) => cookie.replace(/=[^;]*/, ''))).toEqual(['drproject_auth; Path=/; HttpOnly; SameSite=Lax; Max-Age=2592000', 'drproject_browser; Path=/; HttpOnly; SameSite=Lax; Max-Age=31536000', 'drproject_session; Path=/; HttpOnly; SameSite=Lax; Max-Age=0'])

    const asked = (path: string, cookie = '') => fetch(`${frontEnd.url}${path}`, { headers: { Cookie: cookie } })
    expect((await asked(`/${SECRET}/timeline?format=rss`, cookies[0]!.split(';')[0])).status).toBe(200)
    for (const path of ['timeline?format=rss', 'wiki/WikiStart', 'raw-attachment/ticket/1/notes.txt', 'browser/trunk']) expect((await asked(`/${SECRET}/${path}`)).status).toBe(404)
    const { headers } = await asked(`/${OPEN}/wiki/WikiStart`)
    expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'; /)
    expect([headers.get('x-content-type-options'), headers.get('referrer-policy')]).toEqual(['nosniff', 'same-origin'])
  })

  test.each(['/etc/passwd', '../../../../../../etc/passwd', '..%2f..%2f..%2f..%2f..%2fetc%2fpasswd', '%2e%2e/%2e%2e/%2e%2e/etc/passwd', '..\\..\\etc\\passwd', '....//....//etc/passwd', '%252e%252e%252fetc/passwd', 'trunk/%00/../../config', '../config', '.git/config', '-', '--output=x', ':(top)', ':!trunk', 'HEAD:trunk'])('%s leads nowhere', async (path) => {
    const pages = [`browser/${path}`, `raw-attachment/wiki/WikiStart/${path}`, `browser/${path}?format=raw`, `log/${path}`, `raw-attachment/wiki/${path}`, `attachment/wiki/${path}`, `wiki/${path}`, path]
    // Both take an address apart in the same place; a process each takes its time.
    for (const page of program === 'server.ts' ? pages : pages.slice(0, 2)) {
      const { status, body } = await raw(`GET /${OPEN}/${page} HTTP/1.1\r\nHost: tracker\r\nConnection: close\r\n\r\n`)
      expect([page, status]).toEqual([page, expect.toBeOneOf([400, 404])])
      expect(body).not.toMatch(/root:|repositoryformatversion/)
    }
  })

  test.each([
    ['another host', 'Host: evil.example', 'http://evil.example'],
    ['a host that is none', 'Host: x"><script>alert(1)</script>', 'http://localhost'],
    ['a user and a host', 'Host: ada@evil.example', 'http://localhost'],
    ['a host of a proxy', 'Host: tracker\r\nX-Forwarded-Host: evil.example\r\nForwarded: host=evil.example', 'http://tracker'],
  ])('%s in the headers: links of the feed stay what they are', async (_, headers, base) => {
    const { status, body } = await raw(`GET /${OPEN}/timeline?format=rss&max=3 HTTP/1.1\r\n${headers}\r\nConnection: close\r\n\r\n`)
    expect([status, new Set([...body.matchAll(/<link>(https?:\/\/[^/<]*)/g)].map((match) => match[1]!.replace(/:\d+$/, '')))]).toEqual([200, new Set([base])])
  })

  test('a line break in an address begins no header', async () => {
    const { head } = await raw('GET /settings?x=%0d%0aSet-Cookie:%20evil=1 HTTP/1.1\r\nHost: tracker\r\nConnection: close\r\n\r\n')
    expect(head).toMatch(/^HTTP\/1\.1 303 /)
    expect(head).not.toMatch(/^Set-Cookie: evil/m)
  })

  test('clients that never finish keep nobody waiting, and leave nothing behind', async () => {
    const slow = ['POST /login HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n__token=', 'POST /login HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc', 'GET / HTTP/1.1\r\nHost: a\r\nX: ', 'GE', ''].flatMap((beginning) => Array.from({ length: 10 }, () => beginning))
    const sockets = slow.map((beginning) => {
      const socket = connect(frontEnd.port).on('error', () => {})
      socket.write(beginning)
      return socket
    })
    expect((await fetch(`${frontEnd.url}/`)).status).toBe(200)
    for (const socket of sockets) socket.destroy()
    expect((await fetch(`${frontEnd.url}/${OPEN}/mail`)).status).toBe(200)
    await expect.poll(openTransactions).toEqual([])
    expect(frontEnd.process.exitCode).toBeNull()
  })

  test('clients that leave before the answer leave no transaction behind', async () => {
    const leave = async () => {
      const socket = connect(frontEnd.port).on('error', () => {})
      socket.write(`GET /${OPEN}/timeline?daysback=90 HTTP/1.1\r\nHost: a\r\n\r\n`)
      await once(socket, 'connect')
      socket.destroy()
    }
    await Promise.all(Array.from({ length: 10 }, leave))
    expect((await fetch(`${frontEnd.url}/`)).status).toBe(200)
    await expect.poll(openTransactions, { timeout: 10_000 }).toEqual([])
  })

  test.each([
    ['a path that is no UTF-8', 'GET /%ff%fe HTTP/1.1\r\nHost: a', 400],
    ['a query that is no UTF-8', `GET /${OPEN}/search?q=%ff%fe HTTP/1.1\r\nHost: a`, 200],
    ['a query of 60,000 characters', `GET /${OPEN}/search?q=${'q'.repeat(60_000)} HTTP/1.1\r\nHost: a`, 431],
    ['a query of 15,000 characters', `GET /${OPEN}/search?q=${'q'.repeat(15_000)} HTTP/1.1\r\nHost: a`, 400],
    ['five hundred headers', `GET / HTTP/1.1\r\nHost: a\r\n${Array.from({ length: 500 }, (_, i) => `X-${i}: y`).join('\r\n')}`, 200],
    ['a cookie of 10,000 characters', `GET / HTTP/1.1\r\nHost: a\r\nCookie: drproject_auth=${'c'.repeat(10_000)}`, 200],
    ['a cookie that is no text', 'GET / HTTP/1.1\r\nHost: a\r\nCookie: drproject_auth=\u00ff\u0001', 400],
    ['a method of its own', 'BREW / HTTP/1.1\r\nHost: a', 400],
    ['a method that nothing is done by', 'DELETE / HTTP/1.1\r\nHost: a', 405],
    ['a form that is none', 'POST /login HTTP/1.1\r\nHost: a\r\nContent-Type: multipart/form-data; boundary=x\r\nContent-Length: 3\r\n\r\nabc', 400],
    ['a daysback below zero', `GET /${OPEN}/timeline?daysback=-1 HTTP/1.1\r\nHost: a`, 400],
    ['a daysback of twenty digits', `GET /${OPEN}/timeline?daysback=99999999999999999999 HTTP/1.1\r\nHost: a`, 400],
    ['a daysback of nine digits', `GET /${OPEN}/timeline?daysback=999999999 HTTP/1.1\r\nHost: a`, 200],
    ['a day that never was', `GET /${OPEN}/timeline?from=2006-02-30 HTTP/1.1\r\nHost: a`, 400],
    ['a project that is none', 'GET /Nosuch/timeline HTTP/1.1\r\nHost: a', 404],
  ])('%s is answered', async (_, request, status) => {
    const end = request.includes('Content-Length') ? '' : '\r\nConnection: close\r\n\r\n'
    const answer = await raw(`${request}${end}`)
    expect(answer.status).toBe(status)
    expect(answer.body).not.toMatch(/\n\s+at .*:\d+|SELECT .* FROM /)
  })

  /** Sends bytes as they are, and reads to the end of the connection or of the answer. */
  async function raw(request: string): Promise<{ readonly status: number; readonly head: string; readonly body: string }> {
    const socket = connect(frontEnd.port).on('error', () => {})
    socket.setEncoding('latin1').write(Buffer.from(request, 'latin1'))
    let text = ''
    for await (const chunk of socket) {
      text += chunk as string
      if (/^content-length: 0|\r\n0\r\n\r\n$/im.test(text)) break
    }
    const [head = '', ...body] = text.split('\r\n\r\n')
    return { status: Number(/^HTTP\/1\.1 (\d+)/.exec(head)?.[1] ?? 0), head, body: body.join('\r\n\r\n') }
  }
})

const openTransactions = async () => (await world.database.query("SELECT state, query FROM pg_stat_activity WHERE application_name = 'drproject' AND state <> 'idle'")).rows
