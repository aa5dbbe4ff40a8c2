import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Format, Read } from './logged.ts'
import { formatOf, readLog, type LogFile } from './read-log.ts'
import { hideSecrets } from './secrets.ts'

let dir = ''
beforeAll(async () => void (dir = await mkdtemp(join(tmpdir(), 'read-log-'))))
afterAll(() => rm(dir, { recursive: true, force: true }))

const fixture = (name: string) => join(import.meta.dirname, 'fixtures', name)

const readAll = async (log: LogFile): Promise<readonly Read[]> => (await Array.fromAsync(readLog(log, hideSecrets()))).flat()

const readText = async (text: string | Uint8Array, more: Omit<LogFile, 'file'> = {}) => {
  const file = join(dir, 'a.txt')
  await writeFile(file, text)
  return readAll({ file, ...more })
}

/** What one sees of a log: a request in a line, or the line and why it is none. */
const seen = (reads: readonly Read[]) => reads.map(read => (read.kind === 'unread' ? `line ${read.line} ${read.reason.split(/[:,]/, 1)[0]}` : `${read.method} ${read.path} ${read.status}${read.host === null ? '' : ` at ${read.host}`}`))

/** The same 19 or 20 requests, as a script sent them to Apache 2.4.71 and nginx 1.22.1: of IPv6, with quotes, bytes and blanks in their paths, in TLS, and none at all. */
const sent = (status: { of: (path: string) => number; torn: readonly string[] }) => [
  `GET / ${status.of('/')}`,
  `GET /ticket/12?token=***&max=50 ${status.of('/ticket')}`,
  `GET /wiki/Z%C3%BCrich ${status.of('/wiki')}`,
  `GET /wiki/Z%FCrich ${status.of('/wiki')}`,
  `GET /gone 404`,
  `GET /moved ${status.of('/moved')}`,
  `POST /form ${status.of('/form')}`,
  String.raw`GET /a"b\c ${status.of('/a')}`,
  `HEAD / ${status.of('/')}`,
  'line 10 has no path of this site',
  `GET /abs?x=1 ${status.of('/abs')} at example.org`,
  'line 12 holds no HTTP request',
  `GET /old ${status.of('/old')}`,
  'line 14 holds no HTTP request',
  'line 15 has a path that no URL can hold',
  'line 16 has a method of its own',
  ...status.torn,
  'line 18 has a method of its own',
  `GET / ${status.of('/')}`,
]
const ofApache = sent({ of: () => 404, torn: ['GET /a%20b 400'] })
const ofNginx = sent({ of: path => (path === '/moved' ? 301 : 200), torn: ['GET /a%20b%20c 400'] })

describe('what servers really write is read', () => {
  test.each([
    ['apache-combined.txt', ofApache],
    ['apache-common.txt', ofApache],
    ['nginx-combined.txt', ofNginx],
    ['nginx-timed.txt', ofNginx],
    ['nginx-request-json.txt', ofNginx],
  ])('%s, each request and each line that is none', async (name, expected) => {
    expect(seen(await readAll({ file: fixture(name) }))).toEqual(expected)
  })

  test('the virtual host in front of a line is its host, and no IPv6 address is taken for one', async () => {
    expect(seen(await readAll({ file: fixture('apache-vhost.txt') }))).toEqual(['GET / 404 at localhost', 'GET /ticket/12?token=***&max=50 404 at localhost', 'GET /wiki/Z%C3%BCrich 404 at localhost'])
    expect(seen(await readText('2001:db8::1 - - [26/Nov/2026:01:02:24 +0000] "GET /a HTTP/1.1" 200 1\n'))).toEqual(['GET /a 200'])
  })

  test('nginx-json.txt, by names of variables', async () => {
    const reads = seen(await readAll({ file: fixture('nginx-json.txt') }))
    expect(reads.filter(read => !read.startsWith('line'))).toEqual([
      'GET / 200 at example.org',
      'GET /ticket/12?token=***&max=50 200 at example.org',
      'GET /wiki/Z%C3%BCrich 200 at example.org',
      'GET /wiki/Z%FCrich 200 at example.org',
      'GET /gone 404 at example.org',
      'GET /moved 301 at example.org',
      'POST /form 200 at example.org',
      String.raw`GET /a"b\c 200 at example.org`,
      'HEAD / 200 at example.org',
      'GET /abs?x=1 200 at example.org',
      'GET /old 200',
      'GET / 200 at example.org',
    ])
    expect(reads).toHaveLength(19)
  })

  test('pino-http, without the lines that a request writes while it is at work, and at its arrival', async () => {
    const reads = await readAll({ file: fixture('pino-http.txt') })
    expect(seen(reads).map(one => one.replace(/ at .*/, ''))).toEqual(['GET / 200', 'GET /ticket/12?token=*** 200', 'line 3 tells of no answer', 'GET /log 200', 'GET /gone 404', 'POST /ticket 200'])
    const first = JSON.parse((await import('node:fs')).readFileSync(fixture('pino-http.txt'), 'utf8').split('\n')[0]!) as { time: number; responseTime: number }
    expect(reads[0]).toMatchObject({ atMs: first.time - first.responseTime })
  })

  test('Caddy, as its documentation shows it', async () => {
    const line = { level: 'info', ts: 1646861401.5241024, logger: 'http.log.access', msg: 'handled request', request: { remote_ip: '127.0.0.1', proto: 'HTTP/2.0', method: 'GET', host: 'Example.org', uri: '/a?b=c', headers: { Cookie: ['sid=secret'] } }, duration: 0.5, size: 10900, status: 200 }
    expect(await readText(`${JSON.stringify(line)}\n`)).toEqual([{ kind: 'logged', line: 1, atMs: expect.closeTo(1646861401024.1), method: 'GET', host: 'example.org', path: '/a?b=c', status: 200 }])
  })

  test('keys of another name, by their paths', async () => {
    const line = JSON.stringify({ when: 1646861401, http: { verb: 'get', what: '/x' }, took: 20, code: '204' })
    expect(await readText(line, { format: 'json', fields: { time: 'when', method: 'http.verb', path: 'http.what', status: 'code', durationMs: 'took' } })).toMatchObject([{ atMs: 1646861400980, method: 'GET', path: '/x', status: 204 }])
  })
})

const har = (entries: readonly unknown[]) => JSON.stringify({ log: { version: '1.2', creator: { name: 'x', version: '1' }, pages: [], entries } }, null, 2)
const entry = (url: string, more: object = {}) => ({ startedDateTime: '2026-03-27T10:00:00.250+01:00', time: 12.5, request: { method: 'GET', url, headers: [{ name: 'Cookie', value: 'a=b' }] }, response: { status: 200, content: { text: 'x'.repeat(100) } }, ...more })

describe('a HAR', () => {
  test('is read entry by entry, at the time of its requests', async () => {
    expect(await readText(har([entry('https://Example.org/a?key=1#top'), entry('data:image/png;base64,AA'), {}, null, entry('https://cdn.example/b', { response: { status: 0 } })]))).toEqual([
      { kind: 'logged', line: 1, atMs: Date.UTC(2026, 2, 27, 9, 0, 0, 250), method: 'GET', host: 'example.org', path: '/a?key=***', status: 200 },
      expect.objectContaining({ kind: 'unread', line: 2, reason: 'has no path of this site: a proxy request, or *' }),
      expect.objectContaining({ kind: 'unread', line: 3, reason: 'not in the format of this log' }),
      expect.objectContaining({ kind: 'unread', line: 4, reason: 'not in the format of this log' }),
      expect.objectContaining({ host: 'cdn.example', path: '/b', status: null }),
    ])
  })

  test.each([0.5, 0.9, 0.99])('that breaks off at %f of its length gives what stands before, and says so', async share => {
    const text = har(Array.from({ length: 40 }, (_, n) => entry(`https://example.org/${n}`)))
    const reads = await readText(text.slice(0, text.length * share))
    expect(reads.length).toBeGreaterThan(40 * share - 3)
    expect(reads.slice(0, -1).every(({ kind }) => kind === 'logged')).toBe(true)
    expect(reads.at(-1)).toMatchObject({ kind: 'unread', reason: 'the file ends or breaks off here: what follows is not read' })
  })
})

const line = (n: number) => `192.0.2.1 - - [26/Nov/2026:01:02:24 +0000] "GET /page/${n} HTTP/1.1" 200 1 "-" "-"`

describe('what ought not to be in a log', () => {
  test.each([
    ['with line ends of Windows', `${line(1)}\r\n${line(2)}\r\n`, ['GET /page/1 200', 'GET /page/2 200']],
    ['with a byte order mark', `\u{feff}${line(1)}\n`, ['GET /page/1 200']],
    ['with a last line that is cut', `${line(1)}\n${line(2).slice(0, 60)}`, ['GET /page/1 200', 'line 2 not in the format of this log']],
    ['with NULs of a machine that went down', `${line(1)}\n\0\0\0\0${line(2)}\n${line(3)}\n`, ['GET /page/1 200', 'line 2 holds NUL bytes', 'GET /page/3 200']],
    ['with a line of 200 kB', `${line(1)}\n${'x'.repeat(200_000)}\n${line(3)}\n`, ['GET /page/1 200', 'line 2 longer than 64 kB', 'GET /page/3 200']],
    ['with a day that is none', `${line(1)}\n${line(2).replace('Nov', 'Nox')}\n`, ['GET /page/1 200', 'line 2 has no time that can be read']],
  ])('a log %s is read for the rest', async (_, text, expected) => {
    expect(seen(await readText(text))).toEqual(expected)
  })

  test('lines without end fill no memory', async () => {
    const reads = await readText('y'.repeat(3_000_000), { format: 'combined' })
    expect(reads).toMatchObject([{ kind: 'unread', reason: 'longer than 64 kB', text: 'y'.repeat(120) }])
  })

  test('a gzipped log is read as it is, and one cut off while it was written up to there', async () => {
    const lines = Array.from({ length: 5_000 }, (_, n) => line(n * 7919)).join('\n')
    expect(await readText(gzipSync(lines))).toHaveLength(5_000)
    const cut = await readText(gzipSync(lines).subarray(0, 12_000))
    expect(cut.length).toBeGreaterThan(500)
    expect(cut.at(-1)).toMatchObject({ kind: 'unread', reason: 'the file ends or breaks off here: what follows is not read' })
    // So small that it breaks off while its format is still being told.
    const small = await readText(gzipSync(lines).subarray(0, 3_000))
    expect(small.length).toBeGreaterThan(50)
    expect(small.at(-1)).toMatchObject({ kind: 'unread', reason: 'the file ends or breaks off here: what follows is not read' })
  })

  test.each([
    ['an empty file', '', /^The log \S+ is empty\.$/],
    ['what only begins as a gzip does', Buffer.from('\x1f\x8bno gzip', 'latin1'), /^The log \S+ cannot be read: \w/],
    ['UTF-16', Buffer.from(`\u{feff}${line(1)}`, 'utf16le'), /is in UTF-16\. Convert it: iconv/],
    ['another format', 'time,method\n1,GET\n', /is in no format that is known \(combined, json, har\); it begins with "time,method/],
  ])('%s is refused with a sentence', async (_, text, message) => {
    await expect(readText(text)).rejects.toThrow(message)
  })

  test('a file that is not there is refused with a sentence', async () => {
    await expect(readAll({ file: join(dir, 'no.log') })).rejects.toThrow(`No log at ${dir}/no.log.`)
  })

  const nasty = fc.oneof(fc.string({ unit: 'binary', maxLength: 60 }), fc.constantFrom('"', String.raw`\"`, '[', '] "', '\0', '{', '{"log":', '\n', '\\', '\xff'), fc.constantFrom(line(1), line(2).slice(0, 50), '{"ts":1,"method":"GET","path":"/","status":200}'))
  test.each(['combined', 'json', 'har'] as const satisfies readonly Format[])('no bytes crash a reader of %s, and what it takes for a path k6 can send', async format => {
    await fc.assert(
      fc.asyncProperty(fc.array(nasty, { maxLength: 30 }), async parts => {
        const reads = await readText(`x\n${parts.join('')}`, { format })
        expect(reads.filter(read => read.kind === 'logged' && !/^\/[\x21-\x7e]*$/.test(read.path))).toEqual([])
      }),
      { numRuns: 60 },
    )
  })

  test('backslashes and brackets by the thousand cost no more than others', async () => {
    const beganMs = performance.now()
    await readText(Array.from({ length: 20 }, () => `192.0.2.1 - ${'[26/Nov/2026:01:02:24 +0000] "'.repeat(1_000)} ${'\\'.repeat(30_000)}`).join('\n'), { format: 'combined' })
    expect(performance.now() - beganMs).toBeLessThan(2_000)
  })
})

test('the format is told by what most of the first lines are', async () => {
  const told = async (text: string) => {
    await writeFile(join(dir, 'b.txt'), text)
    return formatOf({ file: join(dir, 'b.txt') })
  }
  expect(await told(`garbage\n${line(1)}\n${line(2)}\n`)).toBe('combined')
  expect(await told('starting\n{"ts":1,"method":"GET","path":"/","status":200}\n')).toBe('json')
  expect(await told(har([entry('https://example.org/')]))).toBe('har')
  expect(await told(JSON.stringify(JSON.parse(har([entry('https://example.org/')]))))).toBe('har')
})

test('who asked, and what was secret, is in nothing that is read', async () => {
  const files = ['apache-combined.txt', 'nginx-timed.txt', 'nginx-json.txt', 'pino-http.txt']
  const text = JSON.stringify(await Promise.all(files.map(name => readAll({ file: fixture(name) }))))
  expect(text).not.toMatch(/s3cret|sid=abc|secret|Bearer|\bada\b/)
})
