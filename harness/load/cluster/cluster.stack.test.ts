import { readdirSync, readFileSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import type { Cluster } from '../../scenario/cluster.ts'
import type { Load } from '../../scenario/scenario.ts'
import { findOwned, removeOwned } from '../../stack/owned.ts'
import { openTestGround } from '../fixtures/ground.ts'
import { ownedPids } from '../fixtures/owned-pids.ts'
import { startOn, type PlanOf } from '../fixtures/play.ts'
import { startRudeServer } from '../fixtures/rude-server.ts'

const shared = openTestGround(startRudeServer, { ownOutput: true })

describe('generators in a cluster, where kubectl alone and what is behind it is stood in for', { timeout: 60_000 }, () => {
  test.each([1, 4])('%i of them deliver the dose, each request once, and none before all are let go', async generators => {
    const run = `whole-${generators}`
    const before = shared.server.ids.length
    await using load = await start(page('/ok'), generators, { dose: 401, concurrency: 8, run })
    expect(ownedPids(run)).toHaveLength(generators)
    for (const pid of ownedPids(run)) expect(readFileSync(`/proc/${pid}/environ`, 'latin1')).toMatch(/\0GOGC=400\0(?:.*\0)?GOMEMLIMIT=\d{2,8}000000(?:\0|$)/)
    expect(created(run)).not.toEqual([])
    // k6-operator has let them go by then, and Lowtide has not.
    await until(() => readdirSync(folderOf(run)).some(name => name.endsWith('-starter.log')))
    expect(shared.server.ids).toHaveLength(before)
    await load.begin()
    expect(await load.drained).toMatchObject({ planned: 401, counted: 401, dropped: 0, generator: { kind: 'completed' } })
    expect(shared.server.ids.slice(before).toSorted()).toEqual(Array.from({ length: 401 }, (_, n) => `0-${n}`).toSorted())
    expect([ownedPids(run), created(run)]).toEqual([[], []])
  })

  test('one that is killed breaks the load, is named, and nothing is left of the others', async () => {
    const run = 'one-killed'
    await using load = await start(page('/slow'), 4, { dose: 5_000, concurrency: 8, run })
    await load.begin()
    await until(() => load.finished() >= 20)
    process.kill(ownedPids(run).find(pid => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('--execution-segment=2/4:3/4'))!, 'SIGKILL')
    const dose = await load.drained
    expect(dose.generator).toMatchObject({ kind: 'broken', exitCode: null, tail: expect.stringMatching(/^k6 3 of 4: its connection ended(?: \(\w+\))? before its load had: it was killed or evicted, or lost its network\nlowtide-one-killed-0-\w{6}-3 +0\/1 +Error$/) })
    expect(dose.counted + dose.broken + dose.dropped).toBe(5_000)
    expect([ownedPids(run), created(run)]).toEqual([[], []])
  })

  test('those that k6-operator never resumes are not waited for without end', async () => {
    const run = 'never-resumed'
    await using load = await start(page('/ok'), 2, { dose: 40, concurrency: 4, run }, { kubectl: ['env', 'STARTER=none', ...kubectlOf(run)], readyTimeoutMs: 10_000 })
    await load.begin()
    expect(await load.drained).toMatchObject({ counted: 0, dropped: 40, generator: { kind: 'broken', tail: expect.stringMatching(/^k6 \d of 2: k6 ended with exit code 102: something took too long\nk6 has stood paused for 10s: k6-operator's starter has not resumed it/) } })
    expect([ownedPids(run), created(run)]).toEqual([[], []])
  })

  test('a harness that has gone ends them, though nobody removes them', async () => {
    const run = 'harness-gone'
    const load = await start(page('/slow'), 2, { dose: 5_000, concurrency: 4, run }, { kubectl: thatDeletes(run, 'exit 0') })
    await load.begin()
    await until(() => load.finished() >= 4)
    await load[Symbol.asyncDispose]()
    expect(created(run)).not.toEqual([])
    await until(() => ownedPids(run).length === 0)
  })

  test('what a run that was killed has in the cluster is found by its label and removed, and that of no other', async () => {
    const run = 'killed'
    await using load = await start(page('/slow'), 2, { dose: 5_000, concurrency: 4, run })
    await load.begin()
    await until(() => load.finished() >= 4)
    const owned = [{ kind: 'cluster', run, kubectl: kubectlOf(run) }] as const
    const names = [expect.stringMatching(/^testrun\.k6\.io\/lowtide-killed-0-\w{6}$/), expect.stringMatching(/^configmap\/lowtide-killed-0-\w{6}$/)]
    expect(await findOwned([{ ...owned[0], run: 'kill' }])).toEqual([])
    expect(await findOwned(owned)).toEqual(names)
    expect(await removeOwned(owned)).toEqual(names)
    expect([await removeOwned(owned), ownedPids(run), created(run)]).toEqual([[], [], []])
  })

  test('a cluster that cannot be asked what it has of a run may have something', async () => {
    const kubectl = ['sh', '-c', 'echo "error: no cluster here" >&2; exit 1', 'kubectl']
    expect(await findOwned([{ kind: 'cluster', run: 'gone', kubectl }])).toEqual([expect.stringMatching(/^perhaps what the cluster has of gone: .* ended with exit code 1: error: no cluster here; once it answers, `.* --selector=lowtide\.run=gone` removes it$/)])
  })

  test('what cannot be removed is told, though the load is through', async () => {
    const run = 'left'
    await using load = await start(page('/ok'), 2, { dose: 40, concurrency: 4, run }, { kubectl: thatDeletes(run, 'echo "error: forbidden" >&2; exit 1') })
    await load.begin()
    expect(await load.drained).toMatchObject({ counted: 40, generator: { kind: 'broken', exitCode: 0, tail: expect.stringMatching(/^the load is through, and its TestRun lowtide-left-0-\w{6} may be left: .* ended with exit code 1: error: forbidden/) } })
  })

  test('a journey that throws is told with its words', async () => {
    await using load = await start(await journey("() => { throw new Error('out of tickets') }"), 2, { dose: 40, concurrency: 4, run: 'throws' })
    await load.begin()
    expect((await load.drained).generator).toMatchObject({ kind: 'broken', exitCode: 108, tail: expect.stringMatching(/^k6 \d of 2: k6 ended with exit code 108[\s\S]*out of tickets/) })
  })

  test('a journey that loops for ever is ended and told, as it is where k6 runs here', async () => {
    const run = 'loops'
    await using load = await start(await journey("(_, n) => { for (; n >= 8; ); return { path: '/ok' } }"), 2, { dose: 40, concurrency: 2, run }, {}, { k6: { version: 'registry.example/lowtide-k6', how: 'cluster', command: [], output: 'lowtide' }, standstillMs: 3_000 })
    await load.begin()
    expect(await load.drained).toMatchObject({ counted: 8, generator: { kind: 'broken', tail: expect.stringMatching(/^the journey loops for ever: it does not come back from the answer to request 0-\d \("page"\); 8 of 40 requests were sent, none in the last \d s, in which k6 used \d+\.\d s of CPU/) } })
    expect([ownedPids(run), created(run)]).toEqual([[], []])
  })

  test('a script that does not load is told with what k6 said in its pod, as soon as the pod has failed', async () => {
    await using load = await start(await journey("() => ({ path: open('./users.csv') })", "open('./users.csv')"), 2, { dose: 40, concurrency: 4, run: 'no-file' })
    await load.begin()
    expect((await load.drained).generator).toMatchObject({ kind: 'broken', tail: expect.stringMatching(/^k6 1 of 2, k6 2 of 2 never came[\s\S]*users\.csv/) })
  })

  test('a kubectl that refuses is told with its last word', async () => {
    const kubectl = ['sh', '-c', 'echo "error: no cluster here" >&2; exit 1', 'kubectl']
    await using load = await start(page('/ok'), 2, { dose: 40, concurrency: 4, run: 'refused' }, { kubectl })
    await load.begin()
    expect((await load.drained).generator).toMatchObject({ kind: 'broken', tail: expect.stringContaining('ended with exit code 1: error: no cluster here') })
  })
})

const until = async (so: () => boolean) => {
  const signal = AbortSignal.timeout(30_000)
  while (!so()) await setTimeout(10, undefined, { signal })
}

const page = (path: string): Load => ({ kind: 'routes', routes: [{ name: 'page', path }], requestTimeoutMs: 10_000 })

const journey = async (request: string, first = ''): Promise<Load> => {
  await writeFile(join(shared.dir, 'in-cluster.ts'), `import { journey } from 'lowtide/journey'\nexport { options } from 'lowtide/journey'\n${first}\nexport default journey({ visits: [{ name: 'page', request: ${request} }] })\n`)
  return { kind: 'journey', journey: 'in-cluster.ts', requestTimeoutMs: 10_000 }
}

const start = async (load: Load, generators: number, { run, ...plan }: PlanOf & { readonly run: string }, changes: Partial<Cluster> = {}, options: Parameters<typeof startOn>[3] = {}) => {
  await mkdir(folderOf(run), { recursive: true })
  const cluster: Cluster = { image: 'registry.example/lowtide-k6', host: '127.0.0.1', kubectl: kubectlOf(run), ...changes }
  return startOn({ k6: shared.k6, dir: shared.dir, baseUrl: shared.server.url }, { ...load, generators, cluster }, plan, { run, ...options })
}

const kubectlOf = (run: string) => [process.execPath, fileURLToPath(new URL('fixtures/one-machine-kubectl.ts', import.meta.url)), folderOf(run), shared.k6.command[0]!]

/** The same, but for what it does when it is to delete. */
const thatDeletes = (run: string, how: string) => ['sh', '-c', `case "$*" in delete*) ${how} ;; *) exec ${kubectlOf(run).map(word => `'${word}'`).join(' ')} "$@" ;; esac`, 'kubectl']

const folderOf = (run: string) => join(shared.dir, `cluster-${run}`)

/** ConfigMaps and TestRuns that are there. */
const created = (run: string) => readdirSync(folderOf(run)).filter(name => !name.endsWith('.log'))
