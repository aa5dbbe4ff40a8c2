import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { openLedger } from './postgres-log.ts'

const line = (pid: number, message: string) => `${JSON.stringify({ pid, session_id: `6923a4c0.${pid.toString(16)}`, error_severity: 'LOG', message })}\n`

/** A log that grows while it is read, served as pg_read_binary_file serves it: the place is the caller's. */
const growing = (lines: string[]) => {
  let text = ''
  return {
    grow: () => (text += lines.shift() ?? ''),
    query: async <Row>(_sql: string, [, offset, length]: readonly unknown[] = []) => {
      const chunk = Buffer.from(text).subarray(Number(offset), Number(offset) + Number(length))
      await delay(5)
      return [{ chunk }] as Row[]
    },
  }
}

test('a beat and a look at once count each line of the log once', async () => {
  const log = growing([line(71, 'connection authorized: user=app'), line(72, 'connection authorized: user=app') + line(71, 'disconnection: session time: 0:00:00.1')])
  const ledger = openLedger(log, 'server.json', () => {})
  const { signal } = new AbortController()
  log.grow()
  await Promise.all([ledger.catchUp(signal), ledger.catchUp(signal)])
  log.grow()
  await Promise.all([ledger.catchUp(signal), ledger.catchUp(signal)])
  expect(ledger.counters()).toEqual({ 'log.opened': 2, 'log.closed': 1, 'log.live': 1, 'log.errors': 0 })
})

test('a reading that failed is made up for by the next', async () => {
  const log = growing([line(71, 'connection authorized: user=app')])
  let fails = true
  const ledger = openLedger({ query: (...args) => (fails ? Promise.reject(new Error('cut')) : log.query(args[0], args[1])) }, 'server.json', () => {})
  const { signal } = new AbortController()
  log.grow()
  await expect(ledger.catchUp(signal)).rejects.toThrow('cut')
  fails = false
  await ledger.catchUp(signal)
  expect(ledger.counters()).toMatchObject({ 'log.opened': 1, 'log.live': 1 })
})

test('a thousand errors of one kind hide none of another', async () => {
  const failed = (sqlstate: string) => `${JSON.stringify({ pid: 71, session_id: '6923a4c0.47', error_severity: 'ERROR', state_code: sqlstate, message: 'x' })}\n`
  const log = growing([failed('23505').repeat(1_000) + failed('25P03')])
  const told: string[] = []
  const ledger = openLedger(log, 'server.json', ({ sqlstate }) => told.push(sqlstate))
  log.grow()
  await ledger.catchUp(new AbortController().signal)
  expect(told).toContain('25P03')
  expect(told.length).toBeLessThan(300)
  expect(ledger.counters()).toMatchObject({ 'log.errors': 1_001 })
})

test('a chunk that ends inside a character and inside a line loses neither', async () => {
  const query = async <Row>(_sql: string, [, offset]: readonly unknown[] = []) => [{ chunk: bytes.subarray(Number(offset), Number(offset) + 7) }] as Row[]
  const bytes = Buffer.from(line(71, 'connection authorized: user=åäö 漢字') + line(71, 'disconnection: session time'))
  const ledger = openLedger({ query }, 'server.json', () => {})
  for (let read = 0; read < bytes.length; read += 7) await ledger.catchUp(new AbortController().signal)
  expect(ledger.counters()).toMatchObject({ 'log.opened': 1, 'log.closed': 1, 'log.live': 0 })
})
