import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
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
  expect(ledger.counters()).toEqual({ 'log.opened': 2, 'log.closed': 1, 'log.live': 1, 'log.errors': 0, 'log.sessions-ended': 0, 'log.sessions': 2 })
})

test('a session counts in the statistics as well, unless it replicates or is refused before its first command', async () => {
  const refused = (pid: number) => line(pid, 'connection authorized: user=app') + line(pid, 'sorry, too many clients already').replace('"LOG"', '"FATAL"')
  const log = growing([
    line(71, 'connection authorized: user=app application_name=lowtide-monitor-log'),
    refused(72) + line(73, 'replication connection authorized: user=app'),
    refused(74) + line(74, 'disconnection: session time: 0:00:00.1'), // killed in the midst: it had begun
  ])
  const ledger = openLedger(log, 'server.json', () => {})
  const counted: (number | undefined)[] = []
  for (let chunk = 0; chunk < 3; chunk += 1) {
    log.grow()
    await ledger.catchUp(new AbortController().signal)
    counted.push(ledger.counters()['log.sessions'])
  }
  expect(counted).toEqual([1, 1, 2])
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
  expect(ledger.counters()).toMatchObject({ 'log.errors': 1_001, 'log.sessions-ended': 1 })
})

test('why the server has gone is told once from the file of its log, when no session can read it any more', async () => {
  const file = join(await mkdtemp(join(tmpdir(), 'postgres-log-test-')), 'server.json')
  onTestFinished(() => rm(dirname(file), { recursive: true }))
  const failed = (severity: string, sqlstate: string, message: string) => `${JSON.stringify({ pid: 71, session_id: '6923a4c0.47', error_severity: severity, state_code: sqlstate, message })}\n`
  const before = failed('PANIC', 'XX000', 'told by SQL')
  const panic = 'could not write to file "pg_wal/xlogtemp.27727": No space left on device'
  const log = growing([before])
  const told: string[] = []
  const ledger = openLedger(log, 'server.json', ({ severity, sqlstate, message }) => told.push(`${severity} ${sqlstate} ${message}`))
  log.grow()
  await ledger.catchUp(new AbortController().signal)
  await ledger.lastWords(file)
  await writeFile(file, `${before}${failed('ERROR', '23505', 'of the application')}${failed('PANIC', '53100', panic)}`)
  await Promise.all([ledger.lastWords(file), ledger.lastWords(file)])
  await appendFile(file, `${failed('FATAL', '53100', 'of the recovery')}${failed('LOG', '00000', 'checkpoint complete')}${failed('LOG', '00000', 'client backend (PID 812) was terminated by signal 11: Segmentation fault')}{"pid":71,"error_sev\n`)
  await ledger.lastWords(file)
  expect(told).toEqual(['PANIC XX000 told by SQL', `PANIC 53100 ${panic}`, 'FATAL 53100 of the recovery', 'LOG 00000 client backend (PID 812) was terminated by signal 11: Segmentation fault'])
  expect(ledger.counters()).toMatchObject({ 'log.errors': 1 })
})

test('a chunk that ends inside a character and inside a line loses neither', async () => {
  const query = async <Row>(_sql: string, [, offset]: readonly unknown[] = []) => [{ chunk: bytes.subarray(Number(offset), Number(offset) + 7) }] as Row[]
  const bytes = Buffer.from(line(71, 'connection authorized: user=åäö 漢字') + line(71, 'disconnection: session time'))
  const ledger = openLedger({ query }, 'server.json', () => {})
  for (let read = 0; read < bytes.length; read += 7) await ledger.catchUp(new AbortController().signal)
  expect(ledger.counters()).toMatchObject({ 'log.opened': 1, 'log.closed': 1, 'log.live': 0 })
})

test('a log that was cut is no quiet log: the ledger says that it has lost its place', async () => {
  let text = line(71, 'connection authorized: user=app')
  const query = async <Row>(_sql: string, [, offset]: readonly unknown[] = []) => [{ chunk: Buffer.from(text).subarray(Number(offset)), size: `${text.length}` }] as Row[]
  const ledger = openLedger({ query }, 'server.json', () => {})
  const { signal } = new AbortController()
  await ledger.catchUp(signal)
  const { length } = text
  text = ''
  await expect(ledger.catchUp(signal)).rejects.toThrow(`the server's log was cut: it had ${length} bytes and has 0`)
})
