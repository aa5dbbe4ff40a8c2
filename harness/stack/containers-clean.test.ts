import { createServer } from 'node:net'
import { afterEach, expect, test, vi } from 'vitest'
import { labelledRuns, listByLabel, removeByLabel } from './containers-clean.ts'
import { startEngine, type Answer } from './fixtures/engine.ts'

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

test('a container that somebody else is removing is waited for: until it has gone its network stays', async () => {
  let looks = 0
  const there = () => looks < 3
  await using engine = await startEngine((asked) => {
    if (asked === 'DELETE /containers/c1') return { status: 409, body: { message: 'removal of container c1 is already in progress' } }
    if (asked === 'GET /containers/c1/json') return there() ? { status: 200, body: { Id: 'c1', at: looks++ } } : { status: 404, body: { message: 'No such container: c1' } }
    if (asked === 'DELETE /networks/n1') return there() ? { status: 403, body: { message: 'network n1 has active endpoints' } } : { status: 204 }
    return listing(asked)
  })
  vi.stubEnv('DOCKER_HOST', engine.url)
  expect(await removeByLabel('a-run')).toEqual(['container shop', 'network net'])
})

test('an engine that hangs once it is asked to remove is given up in time, and what one knows is told', async () => {
  await using engine = await startEngine((asked) => (asked.startsWith('DELETE') ? 'hangs' : listing(asked)))
  vi.stubEnv('DOCKER_HOST', engine.url)
  expect(await removeByLabel('a-run', { withinMs: 300 })).toEqual([])
  expect(await listByLabel('a-run')).toEqual(['container shop (running)', 'network net'])
})

test('one that does not even list what there is holds perhaps all of it', async () => {
  await using engine = await startEngine((asked) => (asked === 'GET /networks' ? 'hangs' : listing(asked)))
  vi.stubEnv('DOCKER_HOST', engine.url)
  await expect(labelledRuns({ withinMs: 300 })).rejects.toThrow(/^The Docker engine at tcp:\S+ does not list its containers \(no answer within 0\.3 s\): what runs have left in it is not known\.$/)
  expect(await listByLabel('a-run', { withinMs: 300 })).toEqual([expect.stringMatching(/^perhaps containers of a-run: the Docker engine at tcp:\S+ does not list them \(no answer within 0\.3 s\); once it answers, `lowtide doctor --clean` removes them$/)])
})

/** Of a run with one container and one network. */
const listing = (asked: string): Answer => ({ status: 200, body: asked === 'GET /containers/json' ? [{ Id: 'c1', Names: ['/shop'], State: 'running' }] : asked === 'GET /networks' ? [{ Id: 'n1', Name: 'net' }] : { Version: '27.0.0', Os: 'linux' } })
