import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ownedPids } from '../load/fixtures/owned-pids.ts'
import { findK6 } from '../load/k6/binary.ts'

let dir = ''
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'run-faults-'))
  writeFileSync(join(dir, 'application.mjs'), application)
})
afterAll(() => rmSync(dir, { recursive: true, force: true }))

/** Answers, and by their paths does to requests what no load can make use of. */
const application = `
import { createServer } from 'node:http'
const server = createServer((request, response) => {
  if (request.url.startsWith('/refuse')) {
    // It goes on, and listens no more.
    server.close()
    server.closeAllConnections()
    setInterval(() => {}, 1_000)
  } else if (request.url.startsWith('/reset')) request.socket.resetAndDestroy()
  else if (request.url.startsWith('/garbage')) request.socket.end('this is no HTTP\\r\\n')
  else if (!request.url.startsWith('/hang')) setTimeout(() => response.end('ok'), 20)
}).listen(process.env.PORT)
`

/** `memory` is what its k6 may have. */
type Fault = { readonly load: object; readonly journey?: string; readonly meanwhile?: (run: string) => void; readonly memory?: 'little'; readonly program?: string }

const routeTo = (path: string) => ({ kind: 'routes', requestTimeoutMs: 400, routes: [{ name: 'it', path }] })

describe('what goes wrong with a load makes the run inconclusive, with 2 and its cause, and what was recorded is kept and judged', { timeout: 240_000 }, () => {
  test.each<[string, Fault, RegExp]>([
    ['a target that resets', { load: routeTo('/reset?{n}') }, /the load generator broke in cycles 0 and 1, and the run ended there: all \d+ requests were reset: is the application there\?/],
    ['a target that answers garbage', { load: routeTo('/garbage?{n}') }, /all \d+ requests were left without a whole answer in HTTP: does the application speak HTTP there, without TLS\? .*malformed HTTP/],
    ['a target that refuses', { load: routeTo('/refuse?{n}') }, /the load generator broke in cycles 0 and 1, and the run ended there: all \d+ requests (?:were refused|broke, .*\d+ refused.*): is the application there\?/],
    ['a target that hangs', { load: routeTo('/hang?{n}') }, /no request of a measured cycle was answered as expected: nothing was tested; for example it timed out, error 1050 of k6 \(\/hang\?\d+\)/],
    ['a journey that throws', { load: { kind: 'journey', journey: 'journey.ts' }, journey: `{ name: 'front', request: (_, n) => { if (n > 3) throw new Error('no page ' + n); return { path: '/' } } }` }, /the load generator broke in .*visit \d+ \("front"\) of the journey threw: Error: no page \d+ at request \(file:.*journey\.ts:3/],
    ['a journey that loops for ever', { load: { kind: 'journey', journey: 'journey.ts' }, journey: `{ name: 'wheel', request: (_, n) => { while (n > 3); return { path: '/' } } }` }, /the load generator broke in cycles 0 and 1, and the run ended there: the journey loops for ever: visit \d+ \("wheel"\) does not come back/],
    ['a k6 that is out of memory', { load: { kind: 'journey', journey: 'journey.ts' }, journey: `{ name: 'hoarder', request: (_, n) => { for (const kept = []; n > 3; kept.push('x'.repeat(1_000_000) + kept.length)); return { path: '/' } } }`, memory: 'little' }, /the load generator broke in cycles 0 and 1, and the run ended there: k6 ended with exit code 2: it crashed, as Go does for want of memory/],
    ['a k6 that is killed with -9', { load: { ...routeTo('/ok?{n}'), requestTimeoutMs: 10_000 }, meanwhile: killGenerators }, /the load generator broke in cycles 0 and 1, and the run ended there: k6 was killed by SIGKILL, by hand or for want of memory/],
  ])('%s', async (name, fault, cause) => {
    const { code, said, record, stderr } = await runWith(name.replaceAll(/\W+/g, '-'), fault)
    expect([code, stderr]).toEqual([2, ''])
    expect(said).toMatch(cause)
    expect(said).not.toMatch(/^\s+at (?:async )?\w+.*\.ts:\d+/m)
    expect(readdirSync(record)).toEqual(expect.arrayContaining(['run.json', 'timeline.ndjson', 'findings.json', 'report.html', 'junit.xml']))
    const doses = readFileSync(join(record, 'timeline.ndjson'), 'utf8').split('\n').filter((line) => line.includes('"kind":"dose"'))
    expect(doses.length).toBeGreaterThanOrEqual(2)
  })
})

test('an application whose certificate nobody could look at, as it speaks TLS, is told before any load, with 3, and the record up to there is kept', { timeout: 60_000 }, async () => {
  writeFileSync(join(dir, 'encrypted.mjs'), `import { createServer } from 'node:tls'\ncreateServer().listen(process.env.PORT)`)
  const { code, said, stderr, record } = await runWith('encrypted', { load: routeTo('/'), program: 'encrypted.mjs' })
  expect(code).toBe(3)
  expect(`${said}${stderr}`).toMatch(/The application "encrypted" was not ready at \/ after 5 s: .*It speaks TLS there, and Lowtide plain HTTP: let it listen without TLS\./)
  expect(readdirSync(record)).toEqual(expect.arrayContaining(['run.json', 'timeline.ndjson']))
})

const line = '192.0.2.1 - - [26/Nov/2026:01:02:24 +0000] "GET / HTTP/1.1" 200 1 "-" "-"\n'

test.each<[string, Uint8Array, RegExp]>([
  ['of another format', Buffer.from('time;method;path\n1;GET;/\n'), /^The log \S+ is in no format that is known \(combined, json, har\); it begins with "time;method;path/],
  ['in UTF-16', Buffer.from(`\u{feff}${line}`, 'utf16le'), /^The log \S+ is in UTF-16\. Convert it: iconv -f UTF-16 -t UTF-8\./],
  ['without a request that can be sent', Buffer.from(line.replace('GET', 'POST')), /^The log \S+ holds no request to replay: of 1 lines, 1 changes things, and logs hold no bodies/],
])('a log %s is told before anything is booted, with 64', async (kind, text, cause) => {
  const name = `log-${kind.replaceAll(/\W+/g, '-').toLowerCase()}`
  writeFileSync(join(dir, name), text)
  const { code, said, stderr, record } = await runWith(`run-${name}`, { load: { kind: 'replay', log: `../${name}` } })
  expect([code, said, readdirSync(record)]).toEqual([64, '', []])
  expect(stderr).toMatch(cause)
  expect(stderr.split('\n')).toHaveLength(3)
})

/** Each as soon as it is there. */
function killGenerators(run: string): void {
  for (const pid of ownedPids(run)) if (readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes('\0run\0')) process.kill(pid, 'SIGKILL')
}

/** A k6 on PATH that may have 1.7 GB of addresses, and no other. */
async function littleMemory(folder: string): Promise<NodeJS.ProcessEnv> {
  const { command } = await findK6({ signal: AbortSignal.timeout(60_000), say: console.error })
  writeFileSync(join(folder, 'k6'), `#!/bin/sh\nulimit -v 1700000\nexec "${command.join('" "')}" "$@"\n`)
  chmodSync(join(folder, 'k6'), 0o755)
  return { PATH: `${folder}:${process.env['PATH']}`, LOWTIDE_CACHE: join(folder, 'cache') }
}

async function runWith(name: string, { load, journey, meanwhile, memory, program = 'application.mjs' }: Fault) {
  const reports = join(dir, name)
  mkdirSync(join(reports, 'runs'), { recursive: true })
  const scenario = { name, target: { name, command: [process.execPath, program], cwd: '..', readyPath: '/', readyTimeoutMs: 5_000 }, load, profiles: { repro: { settleMs: 4_000 } } }
  writeFileSync(join(reports, 'scenario.ts'), `export default ${JSON.stringify(scenario)}\n`)
  if (journey !== undefined) writeFileSync(join(reports, 'journey.ts'), `import { journey } from 'lowtide/journey'\nexport { options } from 'lowtide/journey'\nexport default journey({ visits: [${journey}] })\n`)
  const child = spawn(process.execPath, [join(import.meta.dirname, '../lowtide.mjs'), 'run', join(reports, 'scenario.ts'), '--stack', 'processes', '--profile', 'repro', '--reports', join(reports, 'runs')], { env: { ...process.env, ...(memory && (await littleMemory(reports))) }, stdio: ['ignore', 'pipe', 'pipe'] })
  const ended = new AbortController()
  const said = Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]).finally(() => ended.abort())
  while (meanwhile && !ended.signal.aborted) {
    await delay(50, undefined, { signal: ended.signal }).catch(() => {})
    try {
      for (const folder of readdirSync(join(reports, 'runs'))) meanwhile(JSON.parse(readFileSync(join(reports, 'runs', folder, 'run.json'), 'utf8')).run)
    } catch {
      // There is no record yet, or a process that has just gone.
    }
  }
  const [stdout, stderr, [code]] = await said
  const [run = ''] = readdirSync(join(reports, 'runs'))
  // As wide as it is, the terminal breaks lines.
  return { code: code as number, said: stdout.replaceAll(/\n {11}/g, ' ').replaceAll(/\n {9}/g, ' '), stderr, record: join(reports, 'runs', run) }
}
