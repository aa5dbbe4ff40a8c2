import { appendFile, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { PoolCleanup } from '../../timeline/entry.ts'
import { openLogs } from './application-log.ts'

const returned = (at = 'f6c31351650') => `WARNING:psycopg.pool:rolling back returned connection: <psycopg.Connection [INTRANS] (host=127.0.0.1 database=postgres) at 0x${at}>\n`
const collected = 'The garbage collector is trying to clean up non-checked-in connection <AdaptedConnection <asyncpg.connection.Connection object at 0x7f258a9a1300>>, which will be terminated.\n'
const visit = 'INFO:     127.0.0.1:41002 - "GET /parcel?n=7 HTTP/1.1" 200 OK\n'

let dir = ''
let nth = 0
let output = ''
let own = ''
let told: PoolCleanup[] = []
const { signal } = new AbortController()
beforeAll(async () => void (dir = await mkdtemp(join(tmpdir(), 'application-log-test-'))))
afterAll(() => rm(dir, { recursive: true, force: true }))
beforeEach(() => {
  nth += 1
  output = join(dir, `${nth}-output.log`)
  own = join(dir, `${nth}-own.log`)
  told = []
})
const open = () => openLogs([output, own], (line) => told.push(line))

test('each line counts once, as it comes, from whichever log, and also where a beat and a look read at once', async () => {
  const logs = open()
  await logs.catchUp(signal)
  expect([logs.cleanups(), logs.unread()]).toEqual([0, 0])
  await writeFile(output, visit + returned() + visit)
  await Promise.all([logs.catchUp(signal), logs.catchUp(signal)])
  await writeFile(own, returned())
  await appendFile(output, visit.repeat(3))
  await Promise.all([logs.catchUp(signal), logs.catchUp(signal)])
  expect([logs.cleanups(), logs.unread()]).toEqual([2, 0])
  expect(told).toEqual(Array.from({ length: 2 }, () => ({ kind: 'pool-cleanup', cleanup: 'psycopg-transaction', line: returned().trim() })))
})

test('a line that is written in pieces is read when it is whole, be they inside a character', async () => {
  const bytes = Buffer.from(`åäö 漢字 WARNING ${returned()}`)
  const logs = open()
  for (let at = 0; at < bytes.length; at += 7) {
    await appendFile(output, bytes.subarray(at, at + 7))
    await logs.catchUp(signal)
    expect(logs.cleanups()).toBe(at + 7 < bytes.length ? 0 : 1)
  }
  expect(told[0]?.line).toMatch(/^åäö 漢字 WARNING WARNING:psycopg/)
})

test('a thousand of one kind are counted, the first are kept, and hide none of another', async () => {
  await writeFile(output, returned().repeat(1_000) + collected)
  const logs = open()
  await logs.catchUp(signal)
  expect(logs.cleanups()).toBe(1_001)
  expect(told.map(({ cleanup }) => cleanup)).toEqual([...Array.from({ length: 20 }, () => 'psycopg-transaction'), 'sqlalchemy-collected'])
})

test('what is said twice, by the logger and as a warning of Python’s, counts once, in whichever order and to whichever log', async () => {
  const warned = `/usr/lib/python3.11/weakref.py:590: SAWarning: ${collected}`
  await writeFile(output, warned + warned)
  const logs = open()
  await logs.catchUp(signal)
  await writeFile(own, collected + collected)
  await logs.catchUp(signal)
  expect(logs.cleanups()).toBe(2)
  await appendFile(own, collected)
  await logs.catchUp(signal)
  expect(logs.cleanups()).toBe(3)
  expect(told).toHaveLength(3)
})

test('a log that is rotated, or emptied, is read on from its start', async () => {
  const logs = open()
  await writeFile(output, visit + returned('1'))
  await logs.catchUp(signal)
  await rename(output, `${output}.1`)
  await writeFile(output, visit.repeat(4) + returned('2'))
  await logs.catchUp(signal)
  await writeFile(output, returned('3'))
  await logs.catchUp(signal)
  expect(told.map(({ line }) => line.at(-2))).toEqual(['1', '2', '3'])
})

test('a line of ten megabytes hides no line after it, and is read by its beginning', async () => {
  await writeFile(output, `${returned().trim()} ${'x'.repeat(10e6)}\n${returned()}`)
  const logs = open()
  await logs.catchUp(signal)
  expect(logs.cleanups()).toBe(2)
  expect(told.every(({ line }) => line.length <= 500)).toBe(true)
})

test('secrets in a line are none of the record’s', async () => {
  await writeFile(output, returned().replace('database=', 'password=hunter2 database='))
  await open().catchUp(signal)
  expect(told[0]?.line).toContain('password=*** database')
})

test('a log that cannot be read is told, and is no reason to be blind', async () => {
  const logs = openLogs([dir, own], (line) => told.push(line))
  await writeFile(own, returned())
  await logs.catchUp(signal)
  expect([logs.cleanups(), logs.unread()]).toEqual([1, 1])
})
