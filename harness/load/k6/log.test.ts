import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { finished } from 'node:stream/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openK6Log } from './log.ts'

let dir: string
beforeAll(async () => void (dir = await mkdtemp(join(tmpdir(), 'lowtide-k6-log-'))))
afterAll(() => rm(dir, { recursive: true }))

const refused = `time="2026-11-24T00:13:18Z" level=warning msg="Request Failed" error="Get \\"http://127.0.0.1:1/x\\": dial tcp 127.0.0.1:1: connect: connection refused"\n`

test('the tail is for people: no escapes, and no line twice', async () => {
  const { tail } = await log([refused, refused, 'plain words\n', refused])
  expect(tail).toBe('Request Failed: Get "http://127.0.0.1:1/x": dial tcp 127.0.0.1:1: connect: connection refused\nplain words')
})

test('a line for each of 100,000 failed requests does not fill the disk, and what is left out is told', async () => {
  const { text, tail } = await log([...Array.from({ length: 100_000 }, () => refused), 'the last word\n'])
  expect(text.length).toBeLessThan(300 * 1024)
  expect(text).toMatch(/more characters of k6's log were not kept; it ended in:\n.*the last word\n$/s)
  expect(tail).toMatch(/the last word$/)
})

test('a log that cannot be written fails nothing, and still has its tail', async () => {
  const stderr = Readable.from(['k6 says this\n'])
  await using log = openK6Log(stderr, '/dev/full')
  await finished(stderr)
  expect(log.tail()).toBe('k6 says this')
})

test('of a k6 that ran out of memory the last word is why, and not its stacks', async () => {
  const crash = await readFile(new URL('../fixtures/out-of-memory.txt', import.meta.url), 'utf8')
  const at = crash.indexOf('\n\ngoroutine') + 5
  for (const chunks of [[refused, crash], [refused, crash.slice(0, at), crash.slice(at)]]) {
    const { text, tail } = await log(chunks)
    expect(tail.split('\n').slice(1)).toEqual(['runtime: out of memory: cannot allocate 4194304-byte block (1710718976 in use)', 'fatal error: out of memory'])
    expect(text).toContain('shared_iterations.go')
  }
})

let files = 0
const log = async (chunks: readonly string[]) => {
  const file = join(dir, `${files++}.log`)
  const stderr = Readable.from(chunks)
  const log = openK6Log(stderr, file)
  await finished(stderr)
  await log[Symbol.asyncDispose]()
  return { text: await readFile(file, 'utf8'), tail: log.tail() }
}
