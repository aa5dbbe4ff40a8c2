import { expect, test } from 'vitest'
import { testEnvironment } from '../../testing/environment.ts'
import { dispatch, IRequestHandler } from './dispatcher.ts'
import { page, type Request } from './http.ts'
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

test('pages are read, not sent to', async () => {
  const { env } = environmentThat(async () => null)
  expect((await dispatch(env, { ...requestFor('/here'), method: 'POST' })).status).toBe(405)
})

function environmentThat(process: () => Promise<ReturnType<typeof page> | null>) {
  const lines: string[] = []
  const env = { ...testEnvironment({ query: () => [] }), log: (line: string) => void lines.push(line) }
  env.components.register(IRequestHandler, { match: (request) => /^\/here$/.exec(request.path), process })
  return { env, lines }
}

const requestFor = (path: string): Request => ({ method: 'GET', path, args: new URLSearchParams(), baseUrl: 'http://localhost', root: '', body: '' })
