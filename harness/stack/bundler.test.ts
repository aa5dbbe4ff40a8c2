import { execFileSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as everyones from 'esbuild'
import type { BuildOptions } from 'esbuild'
import { expect, onTestFinished, test } from 'vitest'
import { build } from './bundler.ts'

/** Children of this process that are esbuild's, zombies too. */
const services = () => execFileSync('ps', ['-A', '-o', 'ppid=,args='], { encoding: 'utf8' }).split('\n').filter((line) => line.trim().startsWith(`${process.pid} `) && line.includes('esbuild'))

const program = async (): Promise<BuildOptions & { readonly write: false; readonly entryPoints: [string] }> => {
  const dir = await mkdtemp(join(tmpdir(), 'bundler-test-'))
  onTestFinished(() => rm(dir, { recursive: true, force: true }))
  await writeFile(join(dir, 'program.js'), "export const answer = 'forty-two'\n")
  return { entryPoints: [join(dir, 'program.js')], write: false, bundle: true, logLevel: 'silent' }
}

/** The same, which takes until then. */
const slow = (options: BuildOptions & { readonly write: false }, until: Promise<void>): typeof options => ({ ...options, plugins: [{ name: 'slow', setup: (building) => building.onLoad({ filter: /program/ }, () => until.then(() => null)) }] })

test('builds at the same time all come to their end, and their service goes with the last', async () => {
  const options = await program()
  const letGo = Promise.withResolvers<void>()
  const last = build(slow(options, letGo.promise))
  expect((await build(options)).outputFiles[0]?.text).toContain('forty-two')
  expect(services()).toHaveLength(1)
  await expect(build({ ...options, entryPoints: ['/nowhere.js'] })).rejects.toThrow('Could not resolve')
  letGo.resolve()
  expect((await last).outputFiles[0]?.text).toContain('forty-two')
  await expect.poll(services, { timeout: 10_000 }).toEqual([])
  expect((await build(options)).outputFiles[0]?.text).toContain('forty-two')
  await expect.poll(services, { timeout: 10_000 }).toEqual([])
})

test('what others build in this process comes to its end as well, and their services stay theirs', async () => {
  onTestFinished(() => everyones.stop())
  const options = await program()
  const letGo = Promise.withResolvers<void>()
  const theirs = everyones.build(slow(options, letGo.promise))
  everyones.transformSync('1')
  await build(options)
  letGo.resolve()
  expect((await theirs).outputFiles[0]?.text).toContain('forty-two')
  await expect.poll(services, { timeout: 4_000 }).toEqual([expect.stringContaining('--service='), expect.stringContaining('--service=')])
})

test('paths are of the folder in which the process is by now', async () => {
  const options = await program()
  const before = process.cwd()
  onTestFinished(() => process.chdir(before))
  process.chdir(join(options.entryPoints[0], '..'))
  const { metafile } = await build({ ...options, entryPoints: ['program.js'], metafile: true })
  expect(Object.keys(metafile.inputs)).toEqual(['program.js'])
})
