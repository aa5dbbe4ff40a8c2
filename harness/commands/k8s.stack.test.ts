import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'

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
