import { expect, test } from 'vitest'
import { testEnvironment } from '../../testing/environment.ts'
import { requestFor } from '../../testing/visit.ts'
import { SESSION_COOKIE } from '../auth/form-token.ts'
import { cookiesOf } from './cookies.ts'
import { dispatch, IRequestHandler, type RequestHandler } from './dispatcher.ts'
import { page } from './http.ts'
import { html } from './html.ts'

test('a request goes to the first component that matches it', async () => {
  const { env, lines } = environmentThat(async () => page(html`<p>here</p>`))
  expect(await dispatch(env, requestFor('/here'))).toMatchObject({ status: 200, body: '<p>here</p>' })
  expect((await dispatch(env, requestFor('/there'))).status).toBe(404)
  expect(lines).toEqual([])
})

test.each([
  ['no slot is left', '53300', 503, 'The database refuses connections: all of its slots are taken.'],
  ['nobody listens', 'ECONNREFUSED', 503, 'The database cannot be reached.'],
  ['the schema is another', '42P01', 500, 'What happened is in the log.'],
])('when %s the page says so in words and the log has the code', async (_, code, status, words) => {
  const { env, lines } = environmentThat(async () => {
    throw Object.assign(new Error('<secret> detail'), { code })
  })
  const response = await dispatch(env, requestFor('/here'))
  expect(response.status).toBe(status)
  expect(response.body).toContain(words)
  expect(response.body).not.toMatch(/secret|at .*\.ts/)
  expect(lines).toEqual([`error: /here: ${code} <secret> detail`])
})

test('nothing is done by DELETE, and nothing by a form that is not ours', async () => {
  const { env } = environmentThat(async () => page(html`done`))
  expect(await dispatch(env, requestFor('/here', { method: 'DELETE' }))).toMatchObject({ status: 405, headers: { Allow: 'GET, HEAD, POST' } })
  const form = { method: 'POST', contentType: 'application/x-www-form-urlencoded', body: Buffer.from('__token=guessed') }
  expect((await dispatch(env, requestFor('/here', form))).status).toBe(403)
  expect((await dispatch(env, requestFor('/here', { ...form, cookies: new Map([[SESSION_COOKIE, '0'.repeat(32)]]) }))).status).toBe(403)
  expect((await dispatch(env, requestFor('/here', { ...form, contentType: 'text/plain' }))).status).toBe(400)
})

test('an address that no text could hold is refused in words', async () => {
  const { env, lines } = environmentThat(async () => page(html`done`))
  for (const path of ['/here\0', `/${'x'.repeat(3000)}`]) expect((await dispatch(env, requestFor(path))).status).toBe(400)
  expect((await dispatch(env, requestFor('/\ud800'))).status).toBe(404)
  expect((await dispatch(env, requestFor('/here', { args: new URLSearchParams({ a: '\0' }) }))).status).toBe(400)
  expect(lines).toEqual([])
})

test('what no header can hold is not sent in one', async () => {
  const { env } = environmentThat(async () => ({ status: 200, headers: { Location: '/a\r\nSet-Cookie: b', Link: '日' }, body: '' }))
  expect((await dispatch(env, requestFor('/here'))).headers).toMatchObject({ Location: '/a??Set-Cookie: b', Link: '?' })
})

test('a path that fails is logged in one line, cut', async () => {
  const { env, lines } = environmentThat(async () => {
    throw new Error('broken')
  }, /^\/here/)
  await dispatch(env, requestFor(`/here${'x'.repeat(1000)}`))
  expect(lines).toEqual([`error: /here${'x'.repeat(195)}...:  broken`])
})

test('a form that was shown to a browser may be sent by it', async () => {
  const { env } = environmentThat(async ({ token }) => page(token.field()))
  const shown = await dispatch(env, requestFor('/here'))
  const cookies = cookiesOf(shown.cookies?.[0]?.split(';')[0] ?? '')
  const token = /value="(\w+)"/.exec(String(shown.body))?.[1]
  const sent = await dispatch(env, requestFor('/here', { method: 'POST', cookies, contentType: 'application/x-www-form-urlencoded', body: Buffer.from(`__token=${token}`) }))
  expect([sent.status, sent.cookies]).toEqual([200, []])
  expect(shown.cookies).toEqual([expect.stringMatching(/^drproject_session=[0-9a-f]{32}; Path=\/; HttpOnly; SameSite=Lax$/)])
})

function environmentThat(process: RequestHandler['process'], path = /^\/here$/) {
  const lines: string[] = []
  const env = { ...testEnvironment({ query: () => [] }), log: (line: string) => void lines.push(line) }
  env.components.register(IRequestHandler, { match: (request) => path.exec(request.path), process })
  return { env, lines }
}
