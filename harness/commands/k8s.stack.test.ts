import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { isTestRun } from '../load/cluster/fixtures/testrun-schema.ts'

const shop = join(import.meta.dirname, '../../scenarios/shop.ts')
const lowtide = (...args: string[]) => promisify(execFile)(process.execPath, [join(import.meta.dirname, '../lowtide.mjs'), 'k8s', ...args])
const asked = ['--url', 'http://10.0.0.7:8080', '--collector', '10.0.0.7:7070', '--image', 'registry.example/lowtide-k6', '--generators', '4']

test('prints the script and the TestRun of one load, as kubectl takes them', async () => {
  const { stdout, stderr } = await lowtide(shop, ...asked)
  const [configMap, testRun] = parseAllDocuments(stdout).map(one => one.toJS())
  expect(stderr).toBe('')
  expect(configMap).toMatchObject({ kind: 'ConfigMap', data: { 'journey.js': expect.stringContaining('product 61') } })
  expect(testRun).toMatchObject({ kind: 'TestRun', metadata: { name: configMap.metadata.name }, spec: { parallelism: 4, script: { configMap: { name: configMap.metadata.name } }, runner: { image: 'registry.example/lowtide-k6' } } })
  expect(testRun.spec.arguments).toContain('--out lowtide=tcp://10.0.0.7:7070')
})

test.each(['shop', 'timeline-replay', 'editors', 'rude-clients'])('what is printed for %s is a TestRun by the schema of k6-operator, and its ConfigMap one that the API server holds', async (scenario) => {
  const { stdout } = await lowtide(join(shop, '..', `${scenario}.ts`), ...asked)
  const [configMap, testRun, ...more] = parseAllDocuments(stdout).map(one => one.toJS())
  expect(more).toEqual([])
  expect(isTestRun(testRun), JSON.stringify(isTestRun.errors)).toBe(true)
  expect(configMap).toEqual({ apiVersion: 'v1', kind: 'ConfigMap', metadata: testRun.metadata, data: { 'journey.js': expect.any(String) } })
  expect(Buffer.byteLength(configMap.data['journey.js'])).toBeLessThan(1_048_576)
})

test('all that is wrong is told at once, with 64', async () => {
  const refusal: { readonly code?: number; readonly stdout: string; readonly stderr: string } = await lowtide('nowhere.ts', '--url', 'shop', '--collector', 'here', '--generators', '0', '--token=x').catch(error => error)
  expect([refusal.code, refusal.stdout]).toEqual([64, ''])
  expect(refusal.stderr).toMatchInlineSnapshot(`
    "No option "--token". There are --url, --collector, --image, --generators.
    No scenario file at nowhere.ts. \`lowtide list\` shows those of this project.
    Expected --url to be a URL such as http://10.0.0.7:8080, got "shop".
    Expected --collector to be HOST:PORT, got "here".
    Expected --image, as harness/load/k6-build/Dockerfile makes it, as the scenario has no load.cluster.
    Expected --generators to be a positive integer, got "0".
    See lowtide help.
    "
  `)
})

test('a scenario that says nothing of a cluster leaves it to the arguments', async () => {
  await expect(lowtide(shop)).rejects.toMatchObject({ stderr: expect.stringMatching(/Expected --url, .*\nExpected --collector HOST:PORT, .*\nExpected --image, /) })
})

test('a URL of more than a host and a port is none to send requests to, and an image has a name', async () => {
  const refusal = lowtide(shop, '--url', 'http://10.0.0.7:8080/shop?page=1', '--collector', '10.0.0.7:7070', '--image', 'two words')
  await expect(refusal).rejects.toMatchObject({ code: 64, stderr: 'Expected --url to be a URL such as http://10.0.0.7:8080, got "http://10.0.0.7:8080/shop?page=1".\nExpected --image to be the name of an image, got "two words".\nSee lowtide help.\n' })
})

test.each<[string, object, string]>([
  ['a script that no ConfigMap holds', { kind: 'routes', routes: [{ name: 'home', method: 'POST', path: '/', body: 'x'.repeat(1_000_000) }] }, "the load's script has "],
  ['a log that is too short', { kind: 'replay', log: 'access.txt', loops: 1 }, 'The log '],
])('%s is a mistake, in one sentence', async (_, load, said) => {
  const refusal = await lowtide(await scenarioWith(load), ...asked).catch(error => error)
  expect(refusal).toMatchObject({ code: 64, stdout: '', stderr: expect.stringMatching(/^[^\n]+\nSee lowtide help\.\n$/) })
  expect(refusal.stderr.startsWith(said)).toBe(true)
})

test('a collector is where the scenario has it, and at a port that there is', async () => {
  const scenario = await scenarioWith({ kind: 'routes', routes: [{ name: 'home', path: '/' }], cluster: { image: 'i', host: 'fd00::7', port: 7070 } })
  expect((await lowtide(scenario, '--url', 'http://[fd00::7]:8080')).stdout).toContain('--out lowtide=tcp://[fd00::7]:7070')
  await expect(lowtide(scenario, '--url', 'http://[fd00::7]:8080', '--collector', '[fd00::7]:70700')).rejects.toMatchObject({ code: 64, stderr: expect.stringContaining('Expected --collector to be HOST:PORT, got "[fd00::7]:70700".') })
})

const scenarioWith = async (load: object): Promise<string> => {
  const dir = await mkdtemp(join(tmpdir(), 'k8s-test-'))
  onTestFinished(() => rm(dir, { recursive: true, force: true }))
  await writeFile(join(dir, 'access.txt'), '192.0.2.1 - - [26/Nov/2026:01:00:00 +0000] "GET /page HTTP/1.1" 200 1\n')
  await writeFile(join(dir, 'made.ts'), `export default ${JSON.stringify({ name: 'made', target: { name: 'made', command: ['true'], readyPath: '/' }, load })}\n`)
  return join(dir, 'made.ts')
}
