import { execFileSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { loadRows } from '../../seed/load.ts'
import { PRESETS } from '../../seed/presets.ts'
import { writeRepositories } from '../../seed/repositories.ts'
import { startPostgres } from '../../testing/postgres.ts'
import { requestFor } from '../../testing/visit.ts'
import type { Environment } from '../environment.ts'
import { openTracker } from '../tracker.ts'
import { dispatch } from '../web/dispatcher.ts'
import { repositoryIn } from './repository.ts'
import { synchronise } from './sync.ts'

const ends = new AsyncDisposableStack()
let url: string
let env: Environment
let folder: string

beforeAll(async () => {
  const postgres = ends.use(await startPostgres())
  url = postgres.appUrl
  folder = await mkdtemp(join(tmpdir(), 'tracker-repositories-'))
  ends.defer(() => rm(folder, { recursive: true, force: true }))
  const projects = PRESETS.course!.projects(2006)
  await writeRepositories(folder, projects.filter(({ name }) => ['All', 'Argon', 'Staff'].includes(name)))
  await loadRows(url, PRESETS.course!.rows(2006), { replace: false })
  env = ends.adopt(openTracker({ DATABASE_URL: url, TRACKER_REPOSITORIES: folder, TRACKER_NOW: '2006-04-02T18:00:00Z' }), ({ close }) => close())
  addAwkwardFiles()
  await synchronise(env, 'All', repositoryIn(join(folder, 'All.git')))
}, 30_000)

afterAll(() => ends.disposeAsync())

describe('the browser', () => {
  test('lists a folder as git has it, each entry with the revision that changed it last', async () => {
    const listed = inGit(['ls-tree', '--name-only', 'HEAD:trunk/parser']).trim().split('\n')
    const { status, text } = await get('/All/browser/trunk/parser')
    expect(status).toBe(200)
    for (const name of listed) expect(text).toContain(`/All/browser/trunk/parser/${name}">${name}`)
    const commits = inGit(['rev-list', '--first-parent', '--reverse', 'HEAD']).trim().split('\n')
    for (const name of listed) {
      const revision = commits.indexOf(inGit(['log', '-1', '--format=%H', '--', `trunk/parser/${name}`]).trim()) + 1
      expect(text).toMatch(new RegExp(`>${name}/?</a></td><td class="number">[^<]*</td><td class="number"><a href="/All/changeset/${revision}">${revision}</a>`))
    }
  })

  test('shows a file as it was in a revision, with numbered lines', async () => {
    const [first] = inGit(['rev-list', '--reverse', 'HEAD']).split('\n')
    const path = inGit(['ls-tree', '-r', '--name-only', first!]).split('\n')[0]!
    const lines = inGit(['show', `${first}:${path}`]).split('\n')
    const { status, text } = await get(`/All/browser/${path}`, 'rev=1')
    expect([status, text.match(/<tr id="L/g)?.length]).toEqual([200, lines.length - 1])
    expect(text).toContain('(revision 1)')
  })

  test('hands out a file byte for byte, to be saved', async () => {
    const response = await ask('/All/browser/trunk/binary.bin', 'format=raw')
    expect(response.headers).toMatchObject({ 'Content-Type': 'application/octet-stream', 'Content-Disposition': expect.stringMatching(/^attachment; filename="binary.bin"/) })
    expect(Buffer.from(response.body as Uint8Array)).toEqual(BINARY)
    expect((await get('/All/browser/trunk/binary.bin')).text).toContain('This is no text, so it is not shown.')
  })

  test('cuts a long file, and says so', async () => {
    const { text } = await get('/All/browser/trunk/long.txt')
    expect(noteIn(text)).toMatch(/^Only the first 195.3 KiB of 976.6 KiB are shown/)
    expect(text.match(/<td>A line of nineteen\.<\/td>/g)).toHaveLength(200_000 / 20)
  })

  test('takes a name for nothing but a name', async () => {
    for (const name of AWKWARD_NAMES) expect([name, (await get(`/All/browser/trunk/${name}`)).text]).toEqual([name, expect.stringContaining('<td>awkward</td>')])
  })

  test.each([
    ['', 'rev=x', 400],
    ['', 'rev=-1', 400],
    ['', 'rev=99999', 404],
    ['', 'rev=999999999', 404],
    ['', 'format=exe', 400],
    ['/nothing', '', 404],
    ['/../All.git/config', '', 404],
    ['/trunk/../../../etc/passwd', '', 404],
    ['/HEAD', '', 404],
    ['/trunk/:(glob)**', '', 404],
    ['//trunk', '', 404],
  ])('browser%s?%s is %i', async (path, query, status) => {
    expect((await get(`/All/browser${path}`, query)).status).toBe(status)
  })

  test('whatever is asked, only what is in the tree is shown, and nothing goes wrong', async () => {
    const tree = new Set(inGit(['ls-tree', '-r', '-t', '-z', '--name-only', 'HEAD']).split('\0'))
    const parts = fc.oneof(fc.constantFrom('..', '.', '', '.git', 'trunk', 'parser', 'HEAD', 'HEAD:trunk', '-p', '--output=x', ':/', '*', '%2e%2e'), fc.string())
    await fc.assert(
      fc.asyncProperty(fc.array(parts, { minLength: 1, maxLength: 4 }), async (segments) => {
        const path = segments.join('/').replace(/\/+$/, '')
        const { status } = await get(`/All/browser/${path}`)
        expect([400, 404, path === '' || tree.has(path) ? 200 : null]).toContain(status)
      }),
      { numRuns: 150 },
    )
  }, 20_000)

  test('says that there is no repository, or that it is another one', async () => {
    expect(await get('/Beacon/browser')).toMatchObject({ status: 200, text: expect.stringContaining('not on this server, so its files cannot be shown') })
    await query("UPDATE revision SET time = time + 1 WHERE project = 'Argon' AND rev = 7")
    expect((await get('/Argon/browser', 'rev=6')).text).toContain('trunk/</a>')
    expect((await get('/Argon/browser', 'rev=7')).text).toContain('Revision 7 is not in the repository on this server')
  })

  test('shows strangers nothing of a private project', async () => {
    for (const path of ['browser', 'log', 'changeset/1']) expect((await get(`/Staff/${path}`)).status).toBe(404)
  })
})

describe('the log', () => {
  test('has the revisions that git says touched a path, newest first, in pages', async () => {
    const commits = inGit(['rev-list', '--first-parent', '--reverse', 'HEAD']).trim().split('\n')
    const expected = inGit(['log', '--first-parent', '--format=%H', '--', 'trunk/parser']).trim().split('\n').map((id) => commits.indexOf(id) + 1)
    const shown: number[] = []
    for (let page = 1; shown.length < expected.length && page < 10; page++) shown.push(...revisionsIn((await get('/All/log/trunk/parser', `page=${page}`)).text))
    expect(shown).toEqual(expected)
    const middle = expected[expected.length >> 1]!
    expect(revisionsIn((await get('/All/log/trunk/parser', `rev=${middle}`)).text)[0]).toBe(middle)
  })

  test('knows no paths that never were', async () => {
    expect((await get('/All/log/nothing')).status).toBe(404)
  })

  const revisionsIn = (text: string) => [...text.matchAll(/<tr><td class="number"><a href="\/All\/changeset\/(\d+)">/g)].map((match) => Number(match[1]))
})

describe('a changeset', () => {
  test('has message, files and what git says differs', async () => {
    const id = inGit(['rev-list', '--first-parent', '--reverse', 'HEAD']).split('\n')[99]!
    const { status, text } = await get('/All/changeset/100')
    expect([status, text.match(/<h1>(.*)<\/h1>/)?.[1]]).toEqual([200, 'Changeset [100]'])
    const files = inGit(['show', '--format=', '--name-only', '--no-renames', id]).trim().split('\n')
    expect([...text.matchAll(/<h3>(.*)<\/h3>/g)].map((match) => match[1])).toEqual(files)
    const [added] = inGit(['show', '--format=', '--numstat', '--no-renames', id]).trim().split('\n').map((line) => Number(line.split('\t')[0])).reduce(([sum], count) => [sum! + count], [0])
    expect(text.match(/<ins>/g)?.length ?? 0).toBe(added)
  })

  test('as text applies to the tree before it', async () => {
    const [before, after] = inGit(['rev-list', '--first-parent', '--reverse', 'HEAD']).split('\n').slice(98, 100)
    const response = await ask('/All/changeset/100', 'format=diff')
    expect(response.headers['Content-Type']).toBe('text/plain; charset=utf-8')
    const index = { ...process.env, GIT_INDEX_FILE: join(folder, 'index') }
    const git = (args: readonly string[], input?: Uint8Array) => execFileSync('git', ['--git-dir', join(folder, 'All.git'), ...args], { env: index, encoding: 'utf8', ...(input && { input }) }).trim()
    git(['read-tree', before!])
    git(['apply', '--cached'], Buffer.from(response.body as string))
    expect(git(['write-tree'])).toBe(git(['rev-parse', `${after}^{tree}`]))
  })

  // The last one: it brought the awkward files.
  test('that is very large is cut, and says so', async () => {
    const { text } = await get('/All/changeset/270')
    expect(noteIn(text)).toBe('That was the first 150 KiB; there is more.')
    expect(text.length).toBeLessThan(300_000)
  })

  test('without a repository still has message and files', async () => {
    const { status, text } = await get('/Beacon/changeset/12')
    expect(status).toBe(200)
    expect(text).toMatch(/<ul class="files"><li class="(added|modified|deleted)">/)
    expect(text).toContain('This revision is not in a repository on this server')
    expect((await get('/Beacon/changeset/12', 'format=diff')).status).toBe(400)
    expect((await get('/All/changeset/99999')).status).toBe(404)
  })
})

const BINARY = Buffer.from(Array.from({ length: 300 }, (_, i) => i % 256))
const AWKWARD_NAMES = ['-option', ':(top)x', 'a b', 'Zoë', '日本', 'x<y>&', "it's", '*', '100%', 'tab\there', 'back\\slash', '...']

/** One commit more, with what a browser of files may stumble over. */
function addAwkwardFiles(): void {
  const file = (name: string, content: Buffer) => Buffer.concat([Buffer.from(`M 100644 inline ${JSON.stringify(`trunk/${name}`)}\ndata ${content.length}\n`), content, Buffer.from('\n')])
  const stream = Buffer.concat([
    Buffer.from('commit refs/heads/master\ncommitter zoë <zoe@example.edu> 1144000000 +0000\ndata 8\nAwkward.\nfrom refs/heads/master^0\n'),
    file('binary.bin', BINARY),
    file('long.txt', Buffer.from('A line of nineteen.\n'.repeat(50_000))),
    ...AWKWARD_NAMES.map((name) => file(name, Buffer.from('awkward\n'))),
  ])
  execFileSync('git', ['--git-dir', join(folder, 'All.git'), 'fast-import', '--quiet'], { input: stream })
}

const inGit = (args: readonly string[]) => execFileSync('git', ['--git-dir', join(folder, 'All.git'), ...args], { encoding: 'utf8', maxBuffer: 10_000_000 })

const noteIn = (text: string) => /<p class="note">(.*)<\/p>/.exec(text)?.[1]

const ask = (path: string, query = '') => dispatch(env, requestFor(path, { args: new URLSearchParams(query) }))

async function get(path: string, query = '') {
  const { status, body } = await ask(path, query)
  return { status, text: Buffer.from(body as string).toString() }
}

async function query(text: string): Promise<unknown[][]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query<unknown[]>({ text, rowMode: 'array' })).rows
  } finally {
    await client.end()
  }
}
