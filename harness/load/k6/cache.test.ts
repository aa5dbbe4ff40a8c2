import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, copyFile, lutimes, mkdir, mkdtemp, readdir, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { findK6, pinnedVersion, unusedK6 } from './binary.ts'
import { cacheFolder, forgottenMs, removeCached, unpackedBeside } from './cache.ts'
import { sourceHash } from './from-go.ts'

const hourMs = 3_600_000
const ownName = `k6-${pinnedVersion}-lowtide-${await sourceHash()}`
const ofOurs = `#!/bin/sh\nprintf "k6 v2.2.0 (go1.26.8, linux/amd64)\\nExtensions:\\n  lowtide/k6-build/stream , k6/x/lowtide [js]\\n  lowtide/k6-build/stream.New , lowtide [output]\\n"\n`

let cache: string

beforeEach(async () => {
  cache = await mkdtemp(join(tmpdir(), 'lowtide-k6-cache-'))
  vi.stubEnv('LOWTIDE_CACHE', cache)
})

afterEach(async () => {
  vi.unstubAllEnvs()
  await rm(cache, { recursive: true })
})

test('it is a whole path, in the home of whoever has one unless LOWTIDE_CACHE says where', () => {
  vi.stubEnv('HOME', '/home/ada')
  vi.stubEnv('LOWTIDE_CACHE', 'cache')
  expect(cacheFolder()).toBe(join(process.cwd(), 'cache'))
  vi.stubEnv('LOWTIDE_CACHE', '')
  expect(cacheFolder()).toBe('/home/ada/.cache/lowtide')
  vi.stubEnv('HOME', '')
  expect(cacheFolder()).toBe('/nonexistent/.cache/lowtide')
})

test('what other revisions have left is unused once none has used it for the time that is asked', async () => {
  for (const [name, ms] of [['k6-2.2.0-lowtide-00000001', 2 * hourMs], ['k6-2.2.0-lowtide-00000002', 0.5 * hourMs], ['k6-2.1.0', forgottenMs + hourMs], [`k6-2.2.0-lowtide-00000003.${crypto.randomUUID()}.part`, 3 * hourMs]] as const) await lies(name, ms)
  expect((await unusedK6(hourMs)).map(({ file, bytes }) => [file.slice(cache.length + 1, cache.length + 26), bytes])).toEqual([['k6-2.1.0', 4], ['k6-2.2.0-lowtide-00000001', 4], ['k6-2.2.0-lowtide-00000003', 4]])
  expect((await unusedK6(forgottenMs)).map(({ file }) => file)).toEqual([join(cache, 'k6-2.1.0')])
})

test('a release that was being unpacked as its Lowtide was killed goes like any other', async () => {
  const folder = unpackedBeside(join(cache, `k6-2.2.0.${crypto.randomUUID()}.part`))
  await mkdir(folder)
  await writeFile(join(folder, 'archive'), 'half')
  await aged(folder, 2 * hourMs)
  await removeCached(await unusedK6(hourMs))
  expect(await readdir(cache)).toEqual([])
})

test('what a revision that marks nothing has read lately is in use', async () => {
  await lies('k6-2.1.0', forgottenMs + hourMs)
  await utimes(join(cache, 'k6-2.1.0'), new Date(), new Date(Date.now() - forgottenMs - hourMs))
  expect(await unusedK6(forgottenMs)).toEqual([])
})

test('neither what this revision takes nor what is no k6 of ours is ever unused', async () => {
  for (const name of [ownName, `k6-${pinnedVersion}`, 'k6', 'k6-2.2.0-mine', 'k6-2.2.0-lowtide-00000001.bak', 'notes']) await lies(name, 10 * forgottenMs)
  expect(await unusedK6(0)).toEqual([])
})

test.runIf(process.platform === 'linux')('what another revision runs at this moment is in use, however long ago it was begun', async () => {
  const file = join(cache, 'k6-2.2.0-lowtide-00000001')
  await copyFile('/bin/sleep', file)
  const child = spawn(file, ['30'])
  onTestFinished(() => void child.kill('SIGKILL'))
  await once(child, 'spawn')
  await aged(file, forgottenMs + hourMs)
  expect(await unusedK6(hourMs)).toEqual([])
  child.kill('SIGKILL')
  await once(child, 'exit')
  expect(await unusedK6(hourMs)).toHaveLength(1)
})

test('a link that leads nowhere is unused like any other, and costs none its removal', async () => {
  const link = join(cache, 'k6-2.1.0')
  await symlink(join(cache, 'nowhere'), link)
  await lutimes(link, 1, 1)
  await lies('k6-2.2.0-lowtide-00000001', 2 * hourMs)
  const unused = async () => (await unusedK6(hourMs)).map(({ file }) => file)
  expect(await unused()).toEqual([link, join(cache, 'k6-2.2.0-lowtide-00000001')])
  // To look at a link is to read it.
  expect(await unused()).toEqual([link, join(cache, 'k6-2.2.0-lowtide-00000001')])
})

test('to find a k6 in the cache marks it as used', async () => {
  await lies(ownName, 10 * forgottenMs, ofOurs)
  expect(await findK6(quiet())).toMatchObject({ how: 'cache', output: 'lowtide' })
  expect(Date.now() - (await stat(join(cache, ownName))).mtimeMs).toBeLessThan(hourMs)
})

test('to build a k6 removes those that nobody has used for 30 days', async () => {
  await lies('k6-2.2.0-lowtide-00000001', forgottenMs + hourMs)
  await lies('k6-2.2.0-lowtide-00000002', forgottenMs - hourMs)
  const go = join(cache, 'go')
  await writeFile(go, `#!/bin/sh\n[ "$1" = version ] && { echo "go version go1.26.8 linux/amd64"; exit; }\nwhile [ "$1" != -o ]; do shift; done\ncat > "$2" <<'END'\n${ofOurs}END\nchmod +x "$2"\n`)
  await chmod(go, 0o755)
  vi.stubEnv('PATH', `${cache}:/usr/bin:/bin`)
  expect(await findK6({ ...quiet(), long: true })).toMatchObject({ how: 'go', output: 'lowtide', command: [join(cache, ownName)] })
  expect((await readdir(cache)).toSorted()).toEqual(['go', 'k6-2.2.0-lowtide-00000002', ownName].toSorted())
})

const quiet = () => ({ signal: AbortSignal.timeout(20_000), say: () => undefined })

const lies = async (name: string, unusedMs: number, text = 'none') => {
  await writeFile(join(cache, name), text, { mode: 0o755 })
  await aged(join(cache, name), unusedMs)
}

const aged = async (file: string, ms: number) => {
  const then = new Date(Date.now() - ms)
  await utimes(file, then, then)
}
