import { execFileSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BuildOptions } from 'esbuild'
import { expect, onTestFinished, test } from 'vitest'
import { build } from './bundler.ts'

const services = () => execFileSync('ps', ['-A', '-o', 'ppid=,args='], { encoding: 'utf8' }).split('\n').filter((line) => line.trim().startsWith(`${process.pid} `) && line.includes('--service='))

test('builds at the same time all come to their end, and their service goes with the last', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'bundler-test-'))
  onTestFinished(() => rm(dir, { recursive: true, force: true }))
  const letGo = Promise.withResolvers<void>()
  await writeFile(join(dir, 'program.js'), "export const answer = 'forty-two'\n")
  const options: BuildOptions = { entryPoints: [join(dir, 'program.js')], write: false, bundle: true, logLevel: 'silent' }
  const slow = build({ ...options, plugins: [{ name: 'slow', setup: (building) => building.onLoad({ filter: /program/ }, () => letGo.promise.then(() => null)) }] })
  expect((await build(options)).outputFiles?.[0]?.text).toContain('forty-two')
  expect(services()).toHaveLength(1)
  await expect(build({ ...options, entryPoints: [join(dir, 'nowhere.js')] })).rejects.toThrow('Could not resolve')
  letGo.resolve()
  expect((await slow).outputFiles?.[0]?.text).toContain('forty-two')
  await expect.poll(services, { timeout: 10_000 }).toEqual([])
  expect((await build(options)).outputFiles?.[0]?.text).toContain('forty-two')
  await expect.poll(services, { timeout: 10_000 }).toEqual([])
})
