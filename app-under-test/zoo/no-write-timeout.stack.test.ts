import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { soak } from '../../harness/index.ts'
import { whyNoNamespace } from '../../harness/stack/namespace.ts'
import exhibit from './exhibits/L35-no-write-timeout-node.ts'

let reports = ''
beforeAll(async () => void (reports = await mkdtemp(join(tmpdir(), 'vanish-test-'))))
afterAll(() => rm(reports, { recursive: true, force: true }))

/** With more clients that vanish, so that a short run has some. */
const run = (variant: string) => soak({ ...exhibit.scenario, load: { ...exhibit.scenario.load, rude: { vanish: 0.12, routes: ['report'] } } }, { variant, profile: 'repro', stack: 'processes', from: join(import.meta.dirname, 'exhibits'), reports, signal: AbortSignal.timeout(110_000) })

describe.runIf(whyNoNamespace() === null)('a report whose client vanishes', { timeout: 120_000 }, () => {
  test('keeps its transaction without a write time-out: the run rests all the same, and calls it', async () => {
    const { findings } = await run('leaky')
    expect(findings.verdict).toBe('leak')
    expect(findings.findings.filter(({ kind }) => kind === 'leak').map(({ invariant }) => invariant)).toEqual(expect.arrayContaining(['no transaction outlives its request', 'no vanished client keeps its connection']))
    expect(findings.owner).toMatchObject({ kind: 'dose', route: 'report · vanish' })
  })

  test('lets it go with one, and the run passes', async () => {
    const { findings } = await run('mended')
    expect(findings).toMatchObject({ verdict: 'pass', dose: { leftBehind: 0 } })
    expect(findings.findings.find(({ invariant }) => invariant === 'no vanished client keeps its connection')?.sentence).toBe('no connection of a vanished client was open for longer than the declared 4.0 s')
  })
})
