import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import { loadScenario } from './load-scenario.ts'

let dir = ''
beforeAll(async () => void (dir = await mkdtemp(join(tmpdir(), 'scenario-test-'))))
afterAll(() => rm(dir, { recursive: true, force: true }))

const good = "{ name: 'a-soak', target: { name: 'app', command: ['node', 'app.js'], readyPath: '/' }, load: { kind: 'routes', routes: [{ name: 'home', path: '/' }] } }"

const loading = async (file: string, text: string) => {
  await writeFile(join(dir, file), text)
  return loadScenario(join(dir, file)).then(({ scenario }) => scenario.name, (error: Error) => error.message.replaceAll(dir, '.'))
}

test.each([
  ['good.ts', `export default ${good}`, 'a-soak'],
  ['good.mjs', `export default ${good}`, 'a-soak'],
  ['good.cjs', `module.exports = ${good}`, 'a-soak'],
  ['without-default.ts', 'export const x = 1', 'The scenario ./without-default.ts has no default export. Write `export default { ... } satisfies Scenario`.'],
  ['torn.ts', 'export default {', 'The scenario ./torn.ts cannot be loaded: ./torn.ts:1:16: ERROR: Expected identifier but found end of file'],
  ['throws.ts', "throw new Error('no config')", 'The scenario ./throws.ts cannot be loaded: no config'],
])('a file anywhere on disk is loaded, or its fault is told: %s', async (file, text, expected) => {
  expect(await loading(file, text)).toBe(expected)
})

test('a file that is not there is told by its path', async () => {
  await expect(loadScenario('no/such.ts')).rejects.toThrow('No scenario file at no/such.ts.')
})

test('a folder is told to be no file, and so is a pipe, which nobody may ever write to', async () => {
  await mkdir(join(dir, 'folder.ts'))
  execFileSync('mkfifo', [join(dir, 'pipe.ts')])
  for (const file of ['folder.ts', 'pipe.ts']) await expect(loadScenario(join(dir, file))).rejects.toThrow(`The scenario ${join(dir, file)} cannot be loaded: it is no file.`)
})

test('it is not the scenario that is at fault where there is no folder for temporary files', async () => {
  vi.stubEnv('TMPDIR', join(dir, 'nowhere'))
  onTestFinished(() => void vi.unstubAllEnvs())
  expect(await loading('good.ts', `export default ${good}`)).toMatch(/^The folder for temporary files \.\/nowhere cannot be used: ENOENT.* Set TMPDIR to one that can\.$/)
})

test('one that was never compiled before leaves no process behind', async () => {
  const children = () => execFileSync('ps', ['-A', '-o', 'ppid=,args='], { encoding: 'utf8' }).split('\n').filter((line) => line.trim().startsWith(`${process.pid} `) && line.includes('esbuild'))
  expect(await loading('new.ts', `enum Moment { now = '${crypto.randomUUID()}' }\nexport default { ...${good}, about: Moment.now }`)).toBe('a-soak')
  expect(children()).toEqual([])
})
