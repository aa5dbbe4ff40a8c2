import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import postgres from '../probes/resources/postgres.ts'
import { isLeftover } from '../probes/quiet.ts'
import type { Reader } from '../probes/probe.ts'
import { bootProcesses } from '../stack/processes.ts'
import type { Stack } from '../stack/stack.ts'
import type { Control } from '../timeline/entry.ts'
import { plantControl } from './plant.ts'

let dir = ''
let stack: Stack
let reader: Reader
const signal = () => AbortSignal.timeout(8_000)

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'plant-test-'))
  mkdirSync(join(dir, 'agent'))
  stack = await bootProcesses({ target: { name: 'none', command: ['true'], readyPath: '/', maxConnections: 12 }, variant: null, scenarioDir: dir, run: `plant-test-${crypto.randomUUID().slice(0, 8)}`, dir, own: () => {}, say: () => {}, signal: AbortSignal.timeout(25_000) })
  reader = await postgres.open(stack)
})
afterAll(async () => {
  await reader[Symbol.asyncDispose]()
  await stack[Symbol.asyncDispose]()
  rmSync(dir, { recursive: true, force: true })
})

const processes = async () => (await stack.agent.ask({ ask: 'look' }, signal())).processes
const sessions = async () => (await reader.look(signal())).members.filter((member) => member.kind === 'session')
const nothing = async () => expect.poll(async () => [...(await processes()), ...(await sessions())].length, { timeout: 5_000 }).toBe(0)

test('what is planted is found exactly, looks like a leak, and goes with its removal; twice', { timeout: 20_000 }, async () => {
  for (let round = 0; round < 2; round += 1) {
    const recorded: Control[] = []
    await nothing()
    {
      await using _planted = await plantControl({ stack, dir, record: (control) => recorded.push(control), signal: signal() })
      const [{ planted } = {} as Control] = recorded
      const open = await sessions()
      expect(new Set(open.map(({ pid }) => pid))).toEqual(new Set(planted.sessionPids))
      expect(open).toHaveLength(planted.sessionPids.length)
      for (const session of open) expect(session).toMatchObject({ state: 'idle in transaction', holdsXid: true, user: 'app' })
      const there = await processes()
      expect(there.filter(({ state }) => state === 'Z').map(({ pid }) => pid)).toEqual(planted.zombiePids)
      expect(there.find(({ pid }) => pid === planted.planterPid)?.descriptors).toBeGreaterThanOrEqual(planted.descriptors)
      // Each of them is marked, or the judge would blame the application.
      expect(new Set(there.map(({ control }) => control))).toEqual(new Set(['planted']))
      expect([...open, ...there].filter(isLeftover).length).toBe(planted.sessionPids.length + planted.zombiePids.length)
      expect([planted.sessionPids.length, planted.zombiePids.length, planted.descriptors]).toEqual([3, 1, 5])
    }
    expect(recorded.map(({ edge }) => edge)).toEqual(['planted', 'removed'])
    await nothing()
  }
})

test('a server that has no slot left lets nothing be planted, and what was half planted is gone', { timeout: 20_000 }, async () => {
  const clients = await Promise.all(Array.from({ length: 6 }, async () => {
    const client = new pg.Client({ connectionString: stack.database.appUri })
    client.on('error', () => {})
    await client.connect()
    return client
  }))
  try {
    await expect(plantControl({ stack, dir, record: () => {}, signal: signal() })).rejects.toThrow('the planter ended before it had planted anything')
    await expect.poll(async () => (await processes()).length).toBe(0)
  } finally {
    await Promise.all(clients.map((client) => client.end()))
  }
  await nothing()
})

test('an interrupt while it is being planted leaves nothing planted', { timeout: 20_000 }, async () => {
  await expect(plantControl({ stack, dir, record: () => {}, signal: AbortSignal.timeout(60) })).rejects.toThrow(/timeout|aborted/i)
  await nothing()
  expect(existsSync(join(dir, 'agent', 'planter.mjs'))).toBe(true)
})
