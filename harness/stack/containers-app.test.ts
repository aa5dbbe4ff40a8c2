import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Docker from 'dockerode'
import { expect, test } from 'vitest'
import { startAppContainer } from './containers-app.ts'
import { startEngine, type Answer } from './fixtures/engine.ts'

const siteAt = (url: string, logs: string) => {
  const { hostname: host, port } = new URL(url)
  return { docker: new Docker({ host, port, protocol: 'http' }), host, engineVersion: '27.0.0', network: 'net', labels: {}, nameOf: (part: string) => part, dir: logs, logs }
}

/** Starts an application, and then does no more. */
const starts = (asked: string): Answer => {
  if (asked === 'POST /containers/create') return { status: 201, body: { Id: 'c1' } }
  if (asked === 'GET /containers/c1/json') return { status: 200, body: { NetworkSettings: { Ports: {} } } }
  if (asked === 'GET /containers/c1/logs') return 'begins, and hangs'
  return asked === 'POST /containers/c1/start' ? { status: 204 } : 'hangs'
}

test.each([
  ['POST /containers/create', 'create'],
  ['POST /containers/c1/start', 'start'],
  ['GET /containers/c1/logs', 'hand over the output of'],
  ['GET /containers/c1/json', 'tell the port of'],
])('an engine that hangs at %s is given up in time, with what it would not do', async (where, what) => {
  await using engine = await startEngine((asked) => (asked === where ? 'hangs' : starts(asked)))
  const logs = await mkdtemp(join(tmpdir(), 'app-test-'))
  try {
    const started = startAppContainer(siteAt(engine.url, logs), { name: 'shop', image: 'shop', port: 80, env: {} }, { withinMs: 300 })
    await expect(started).rejects.toThrow(`The Docker engine did not ${what} the container of the application within 0.3 s.`)
  } finally {
    await rm(logs, { recursive: true })
  }
})

test('an engine that hangs as the application is to be stopped is given up in time, and the application is not said to have gone on', async () => {
  await using engine = await startEngine(starts)
  const logs = await mkdtemp(join(tmpdir(), 'app-test-'))
  try {
    const app = await startAppContainer(siteAt(engine.url, logs), { name: 'shop', image: 'shop', port: 80, env: {} })
    await expect(app.stop(200)).rejects.toThrow('The Docker engine did not hand over SIGTERM to the application in time.')
  } finally {
    await rm(logs, { recursive: true })
  }
})
