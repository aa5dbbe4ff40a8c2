import { expect, test } from 'vitest'
import type { Rude } from '../scenario/rude.ts'
import type { Scenario } from '../scenario/scenario.ts'
import { chooseStack, problemsOfPlace } from './boot.ts'

const asking = (rude: Rude): Scenario => ({ name: 'a-soak', about: 'a soak', target: { name: 'app', command: ['node', 'app.js'], readyPath: '/', image: { context: '.', dockerfile: 'Dockerfile', port: 80 } }, load: { kind: 'routes', routes: [{ name: 'home', path: '/' }], rude } })

test('clients that vanish run beside the processes stack, and are refused for containers', async () => {
  expect(await chooseStack('auto', asking({ vanish: 0.1 }))).toEqual({ kind: 'processes', why: 'its rude clients need a network namespace of this machine' })
  expect(problemsOfPlace('containers', asking({ vanish: 0.1 }))).toEqual([expect.stringMatching(/^load\.rude asks for vanish, which the containers stack has not got: .* Use --stack processes, or leave it out\.$/)])
  expect(problemsOfPlace('containers', asking({ slowReader: { share: 0.1, bytesPerSecond: 1, receiveBufferBytes: 4_096 } }))).toEqual([expect.stringContaining('slowReader.receiveBufferBytes')])
  expect(problemsOfPlace('containers', asking({ halfClose: 0.1 }))).toEqual([])
})
