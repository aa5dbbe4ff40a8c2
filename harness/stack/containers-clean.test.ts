import { createServer } from 'node:net'
import { afterEach, expect, test, vi } from 'vitest'
import { labelledRuns, listByLabel, removeByLabel } from './containers-clean.ts'

afterEach(() => vi.unstubAllEnvs())

test('an engine that has gone is no reason to say that nothing of a run is left in it', async () => {
  vi.stubEnv('DOCKER_HOST', 'tcp://127.0.0.1:1')
  expect(await removeByLabel('a-run')).toEqual([])
  expect(await listByLabel('a-run')).toEqual(['perhaps containers of a-run: no Docker engine answers at tcp://127.0.0.1:1 (nothing listens there: start Docker); once it answers, `lowtide doctor --clean` removes them'])
})

test('nor is one that takes connections and does not answer, which is not waited for', { timeout: 10_000 }, async () => {
  await using server = createServer((socket) => void socket.resume()).listen(0, '127.0.0.1')
  await new Promise((listening) => server.once('listening', listening))
  const address = server.address()
  vi.stubEnv('DOCKER_HOST', `tcp://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`)
  expect(await listByLabel('a-run')).toEqual([expect.stringMatching(/^perhaps containers of a-run: no Docker engine answers at .* \(no answer within 3 s\); once it answers/)])
})

test('of a machine without an engine there are no runs', async () => {
  vi.stubEnv('DOCKER_HOST', 'tcp://127.0.0.1:1')
  expect(await labelledRuns()).toEqual([])
})
