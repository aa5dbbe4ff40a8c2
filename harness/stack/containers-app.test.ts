import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Docker from 'dockerode'
import { expect, test } from 'vitest'
import { startAppContainer } from './containers-app.ts'
import { startEngine } from './fixtures/engine.ts'

test('an engine that hangs as the application is to be stopped is given up in time, and the application is not said to have gone on', async () => {
  await using engine = await startEngine((asked) => {
    if (asked === 'POST /containers/create') return { status: 201, body: { Id: 'c1' } }
    if (asked === 'GET /containers/c1/json') return { status: 200, body: { NetworkSettings: { Ports: {} } } }
    if (asked === 'GET /containers/c1/logs') return 'begins, and hangs'
    return asked === 'POST /containers/c1/start' ? { status: 204 } : 'hangs'
  })
  const logs = await mkdtemp(join(tmpdir(), 'app-test-'))
  try {
    const { hostname: host, port } = new URL(engine.url)
    const site = { docker: new Docker({ host, port, protocol: 'http' }), host, engineVersion: '27.0.0', network: 'net', labels: {}, nameOf: (part: string) => part, dir: logs, logs }
    const app = await startAppContainer(site, { name: 'shop', image: 'shop', port: 80, env: {} })
    await expect(app.stop(200)).rejects.toThrow('The Docker engine did not hand over SIGTERM to the application in time.')
  } finally {
    await rm(logs, { recursive: true })
  }
})
