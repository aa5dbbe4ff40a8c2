import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Agent, ProcessEvidence } from '../probes/agent-link.ts'
import { hungRequest, session, startOf } from '../testing/timeline-of.ts'
import type { Evidence } from '../timeline/entry.ts'
import type { Member } from '../timeline/member.ts'
import { openRecorder } from '../timeline/recorder.ts'
import { openEvidence } from './evidence.ts'

let dir = ''
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'evidence-test-'))
  mkdirSync(join(dir, 'forensics'))
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

const moment = { atMs: startOf(3) + 9_000, cycle: 3, reading: 'untouched' as const }
const pair = (pid: number): Member[] => hungRequest({ cycle: 3, pid }).flatMap((being) => being(moment) ?? [])

const seeing = async (pids: readonly number[]): Promise<readonly ProcessEvidence[]> => pids.map((pid) => ({ pid, looks: [{ environ: 'LANG=C\nDATABASE_URL=postgres://app:hunter2@db/app\nHTTP_COOKIE=hunter2' }], descriptors: {} }))

async function store(members: readonly Member[], { see = seeing, logTail = async () => ['timeline: ticket'] as readonly string[], signal = new AbortController().signal } = {}) {
  const recorded: Evidence[] = []
  using recorder = openRecorder(dir)
  const agent = { ask: async ({ pids }: { pids: readonly number[] }) => ({ evidence: await see(pids) }), [Symbol.asyncDispose]: async () => {} } as unknown as Agent
  const evidence = openEvidence({ agent, app: { logTail }, store: recorder.store, record: (happening) => recorded.push(happening), signal })
  await evidence(members)
  await evidence(members)
  return { recorded, files: readdirSync(join(dir, 'forensics')), text: () => readdirSync(join(dir, 'forensics')).map((file) => readFileSync(join(dir, 'forensics', file), 'utf8')).join('') }
}

test('each hung pair is one file, once, with the last line of the log, and no secret in it', async () => {
  const { recorded, files, text } = await store([...pair(3_216), ...pair(3_218)])
  expect(recorded).toHaveLength(2)
  expect(recorded[0]).toMatchObject({ kind: 'evidence', members: pair(3_216).map(({ id }) => id), lastLogLine: 'timeline: ticket' })
  expect(recorded.map(({ file }) => file).toSorted()).toEqual(files.map((file) => `forensics/${file}`).toSorted())
  expect(text()).toContain('LANG=C')
  expect(text()).not.toContain('hunter2')
})

test('a process that got the number of an earlier one gets a file of its own', async () => {
  const [process, ...others] = pair(3_216)
  const { files } = await store([process as Member, { ...process, id: '3216@999' } as Member, ...others])
  expect(files).toHaveLength(2)
})

test('a session that nobody holds is stored by itself', async () => {
  const { recorded } = await store([session({ pid: 77, clientPort: 1 })(moment) as Member])
  expect(recorded).toMatchObject([{ members: [expect.stringMatching(/^77@/)], lastLogLine: null }])
})

test('of a pile of equal hangs the first twelve are stored', async () => {
  const { recorded } = await store(Array.from({ length: 20 }, (_, nth) => pair(4_000 + 2 * nth)).flat())
  expect(recorded).toHaveLength(12)
})

test('what the agent or the log cannot tell is told as missing; the rest is stored, and the run goes on', async () => {
  const { recorded, text } = await store(pair(3_216), { see: () => Promise.reject(new Error('the agent has ended')), logTail: () => Promise.reject(new Error('no such container')) })
  expect(recorded).toMatchObject([{ members: pair(3_216).map(({ id }) => id), lastLogLine: null }])
  expect(text()).toContain('the agent has ended')
})

test('an interrupted run gathers none', async () => {
  await expect(store(pair(3_216), { signal: AbortSignal.abort(new Error('interrupted')) })).rejects.toThrow('interrupted')
  expect(readdirSync(join(dir, 'forensics'))).toEqual([])
})
