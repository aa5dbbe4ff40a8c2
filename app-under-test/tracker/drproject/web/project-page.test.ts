import { expect, test } from 'vitest'
import { testEnvironment } from '../../testing/environment.ts'
import { requestFor } from '../../testing/visit.ts'
import { dispatch, IRequestHandler } from './dispatcher.ts'
import { BadRequest } from './http.ts'
import { projectPage, type Groups } from './project-page.ts'
import type { ProjectVisit } from './visit.ts'

test.each([
  ['there is no such thing', 404, () => null],
  ['it needs a capability', 403, (visit: ProjectVisit) => visit.require('TICKET_CREATE')],
  ['it cannot be', 400, () => refuse('from: "x" is no date.')],
  ['it fails', 500, () => refuse(null)],
])('if %s, the page still leads to the others of the project', async (_, status, answer) => {
  const { body, ...response } = await asked('/Open/here', (visit) => answer(visit))
  expect(response.status).toBe(status)
  expect(body).toContain('<a href="/Open/timeline">Timeline</a>')
})

test.each(['/Closed/here', '/Nowhere/here'])('%s says nothing of any project', async (path) => {
  const { status, body } = await asked(path, () => null)
  expect(status).toBe(404)
  expect(body).not.toContain('<nav class="pages">')
})

async function asked(path: string, answer: (visit: ProjectVisit, groups: Groups) => unknown) {
  const rows = new Map([['Open', true], ['Closed', false]])
  const env = testEnvironment({ query: (text, [name]) => (text.includes('FROM project') && rows.has(String(name)) ? [[String(name), `Project ${String(name)}`, '', 0, rows.get(String(name))!]] : []) })
  env.components.register(IRequestHandler, projectPage({ path: /\/here/, answer: async (visit, groups) => (answer(visit, groups), null) }))
  return dispatch(env, requestFor(path))
}

function refuse(words: string | null): never {
  throw words === null ? new Error('broken') : new BadRequest(words)
}
