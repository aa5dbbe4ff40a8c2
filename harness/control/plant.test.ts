import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { Stack } from '../stack/stack.ts'
import { plantControl } from './plant.ts'

/** Where nobody listens. */
async function deadPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

test('a server that goes while things are planted fails the control alone, and not the process; what the planter has is taken back all the same', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'plant-unit-'))
  const uri = `postgres://nobody@127.0.0.1:${await deadPort()}/none`
  const asked: string[] = []
  const unhandled: unknown[] = []
  const note = (reason: unknown) => void unhandled.push(reason)
  process.on('unhandledRejection', note)
  const agent = {
    ask: async ({ ask }: { readonly ask: string }) => {
      if (ask === 'unplant') await delay(200)
      asked.push(ask)
      return { pid: 1, firstLine: '{}' }
    },
  }
  try {
    await expect(plantControl({ stack: { agent, database: { adminUri: uri, appUriInside: uri } } as unknown as Stack, dir, record: () => {}, signal: AbortSignal.timeout(5_000) })).rejects.toThrow('ECONNREFUSED')
  } finally {
    process.off('unhandledRejection', note)
    rmSync(dir, { recursive: true, force: true })
  }
  expect(asked).toEqual(['plant', 'unplant'])
  expect(unhandled).toEqual([])
})
