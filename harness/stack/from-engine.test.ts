import Docker from 'dockerode'
import { expect, test } from 'vitest'
import { startEngine } from './fixtures/engine.ts'
import { fromEngine } from './from-engine.ts'

const inspecting = async (answer: 'hangs' | { readonly status: number; readonly body: object }) => {
  await using engine = await startEngine(() => answer)
  const { hostname: host, port } = new URL(engine.url)
  const container = new Docker({ host, port, protocol: 'http' }).getContainer('c1')
  return await fromEngine('inspect it', (abortSignal) => container.inspect({ abortSignal }), { withinMs: 300 }).catch((error: Error) => error.message)
}

test('an engine that hangs is given up in time, with what it was asked for and what to do', async () => {
  expect(await inspecting('hangs')).toBe('The Docker engine did not inspect it within 0.3 s. Is it busy, or does it hang? `docker ps` tells. Start it again, or use --stack processes.')
})

test('one that answers in time is handed on, and so is what it finds wrong', async () => {
  expect(await inspecting({ status: 200, body: { Id: 'c1' } })).toEqual({ Id: 'c1' })
  expect(await inspecting({ status: 404, body: { message: 'No such container: c1' } })).toMatch(/No such container: c1/)
})

test('work that hears no deadline is not waited for either', async () => {
  await expect(fromEngine('come back', () => new Promise(() => {}), { withinMs: 20 })).rejects.toThrow('did not come back within 0.02 s.')
})
