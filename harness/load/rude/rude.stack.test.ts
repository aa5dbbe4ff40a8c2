import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import type { Rude } from '../../scenario/rude.ts'
import type { Load, Route } from '../../scenario/scenario.ts'
import type { LoadSecond, Requests, RudeClients } from '../../timeline/entry.ts'
import { openTestGround } from '../fixtures/ground.ts'
import { ownedPids } from '../fixtures/owned-pids.ts'
import { startOn, type PlanOf } from '../fixtures/play.ts'
import { startRudeServer } from '../fixtures/rude-server.ts'
import type { LoadOptions } from '../start-load.ts'
import { bundleRude } from './bundle.ts'

const shared = openTestGround(startRudeServer)

describe('a load with rude clients', { timeout: 30_000 }, () => {
  test('delivers the planned dose to the request, each with an id of its own, and tells each manner by its route', async () => {
    const before = shared.server.ids.length
    const { dose, by, manners, flights } = await run({ dose: 400, concurrency: 10, cycle: 4, firstRequest: 1_000 }, { aborts: { headers: 0.02, lastByte: 0.02 }, halfClose: 0.02, doubleSubmit: 0.04, keepAliveStorm: { share: 0.05, requests: 5 } }, [page])
    expect(dose).toMatchObject({ planned: 400, counted: 400, dropped: 0, unexpected: 0, broken: 0, newUrls: expect.any(Number), generator: { kind: 'completed' } })
    expect(dose.peakInFlight).toBeLessThanOrEqual(10)
    expect(by['page']).toBe(340)
    expect(Object.keys(by).toSorted()).toEqual(['page', 'page · abort after headers', 'page · abort at last byte', 'page · double submit', 'page · half close', 'page · keep-alive storm'])
    // Shares of 8, 8, 8, 16 and 20 requests, in acts of 1, 1, 1, 2 and 5.
    for (const [manner, acts] of [['abort after headers', 8], ['abort at last byte', 8], ['half close', 8], ['double submit', 8], ['keep-alive storm', 4]] as const) {
      const told = manners.find(one => one.manner === manner)!
      expect(Math.abs(told.planned - acts)).toBeLessThanOrEqual(1)
      expect(told).toMatchObject({ performed: told.planned, notes: [] })
    }
    expect(shared.server.ids.slice(before).toSorted()).toEqual(Array.from({ length: 400 }, (_, n) => `4-${1_000 + n}`).toSorted())
    expect(Object.fromEntries(flights.map(({ route, spans }) => [route, spans.length / 2]))).toEqual(by)
  })

  test('sends the same requests for the same seed, in the same manner, whatever the concurrency; others for another seed', async () => {
    const rude: Rude = { aborts: { firstByte: 0.1 }, connectionChurn: { share: 0.1, requests: 3 } }
    const urlsOf = async (seed: number, concurrency: number) => {
      const before = shared.server.urls.length
      const { dose, by } = await run({ dose: 100, concurrency, seed }, rude, [page, { ...page, name: 'other', path: '/ok?other={n}' }])
      expect(dose.counted).toBe(100)
      return { urls: shared.server.urls.slice(before).toSorted(), by }
    }
    const [few, many, other] = [await urlsOf(1, 3), await urlsOf(1, 20), await urlsOf(2, 20)]
    expect(many).toEqual(few)
    expect(other).not.toEqual(few)
  })

  test('lets them keep pace with k6', async () => {
    const { flights } = await run({ dose: 200, concurrency: 6 }, { halfClose: 0.1 }, [{ name: 'slow', path: '/slow?n={n}', expect: { contains: 'ok' } }])
    const [polite, rude] = ['slow', 'slow · half close'].map(route => flights.find(one => one.route === route)!)
    const startsOf = ({ fromMs, spans }: Requests) => spans.filter((_, i) => i % 2 === 0).reduce<number[]>((at, gap) => [...at, (at.at(-1) ?? fromMs) + gap], [])
    const [first, last] = [startsOf(polite!)[0]!, startsOf(polite!).at(-1)!]
    const places = startsOf(rude!).map(at => (at - first) / (last - first))
    // A twentieth of them in each twentieth of the time, give or take what a machine with other work does to k6's pace.
    expect(places).toHaveLength(20)
    for (const [i, at] of places.entries()) expect(Math.abs(at - (i + 0.5) / 20)).toBeLessThan(0.25)
  })

  test('tells a request that hangs by its manner, while it hangs and after', async () => {
    const unanswered: string[] = []
    await using load = await startWith({ dose: 10, concurrency: 6 }, { kind: 'routes', routes: [page, { name: 'stuck', path: '/hang?n={n}', weight: 0.001 }], rude: { aborts: { firstByte: 0.2 }, routes: ['stuck'] }, requestTimeoutMs: 1_000 }, {
      onHappening: happening => happening.kind === 'unanswered' && unanswered.push(happening.route),
    })
    await load.begin()
    await until(() => shared.server.hanging() === 2)
    await until(() => load.inFlight() === 2)
    expect(await load.drained).toMatchObject({ timedOut: 2, counted: 8, generator: { kind: 'completed' } })
    expect(unanswered).toEqual(['stuck · abort at first byte', 'stuck · abort at first byte'])
    await until(() => shared.server.hanging() === 0)
  })

  test('tells by manner what could not be done, and why', async () => {
    const { dose, manners } = await run({ dose: 40, concurrency: 4 }, { aborts: { midBody: 0.1 }, slowReader: { share: 0.1, bytesPerSecond: 10_000 } }, [page])
    expect(dose).toMatchObject({ planned: 40, counted: 32, unexpected: 8 })
    expect(manners).toEqual([
      { manner: 'abort mid-body', planned: 4, performed: 0, notes: [{ note: 'the body came whole before it could be cut off', acts: 4 }] },
      { manner: 'slow reader', planned: 4, performed: 0, notes: [{ note: 'the answer was too short to be read slowly', acts: 4 }] },
    ])
  })

  test('has none left when it is disposed of, and is broken when they are killed', async () => {
    const hanging = { kind: 'routes', routes: [{ name: 'hang', path: '/hang?{n}' }], rude: { halfClose: 0.5 }, requestTimeoutMs: 5_000 } satisfies Load
    {
      await using load = await startWith({ dose: 40, concurrency: 4, run: 'rude-disposed' }, hanging, {})
      await load.begin()
      await until(() => load.inFlight() > 0)
      expect(ownedPids('rude-disposed')).toHaveLength(2)
    }
    expect(ownedPids('rude-disposed')).toEqual([])
    await using load = await startWith({ dose: 40, concurrency: 4, run: 'rude-killed' }, hanging, {})
    await load.begin()
    await until(() => load.inFlight() > 0)
    for (const pid of ownedPids('rude-killed').filter(one => commandOf(one).includes('rude.mjs'))) process.kill(pid, 'SIGKILL')
    const dose = await load.drained
    expect(dose.generator).toMatchObject({ kind: 'broken', tail: expect.stringContaining('beside k6: the rude clients were killed by SIGKILL') })
    expect(dose.counted + dose.unexpected + dose.timedOut + dose.broken + dose.dropped).toBe(40)
    expect(ownedPids('rude-killed')).toEqual([])
  })

  test('a target that is not there gives a broken load', async () => {
    const { dose } = await run({ dose: 20, concurrency: 4 }, { halfClose: 0.2 }, [page], { baseUrl: 'http://127.0.0.1:1' })
    expect(dose).toMatchObject({ broken: 20, counted: 0, generator: { kind: 'broken', tail: expect.stringContaining('all 20 requests were refused') } })
  })
})

describe('a journey with rude clients', { timeout: 30_000 }, () => {
  test('shares its visits of one request with them, npm packages, files beside it and all', async () => {
    await writeFile(join(shared.dir, 'words.txt'), 'tide moon')
    const { dose, by } = await playing({ dose: 60, concurrency: 4 }, await journey(`
      import { SharedArray } from 'k6/data'
      import { Counter } from 'k6/metrics'
      const words = new SharedArray('words', () => open('./words.txt').split(' '))
      const sent = new Counter('sent')
      export default journey({ visits: [
        { name: 'search', weight: 3, request: random => ({ path: '/ok?q=' + random.pick(words), expect: { contains: 'ok' } }) },
        { name: 'walker', weight: 1, requests: 2, steps: function* () { yield { name: 'one', path: '/ok' }; yield { name: 'two', path: '/ok' } } },
      ] })`, { halfClose: 0.2 }))
    expect(dose).toMatchObject({ planned: 60, counted: 60, dropped: 0, generator: { kind: 'completed' } })
    expect(by).toMatchObject({ 'search · half close': 12 })
    expect(Object.keys(by).toSorted()).toEqual(['one', 'search', 'search · half close', 'two'])
  })

  test.each([
    ['walks alone', `export default journey({ visits: [{ name: 'x', requests: 1, steps: function* () { yield { name: 'one', path: '/ok' } } }] })`, 'the load has no visit of one request: rude clients cannot walk through the steps of others, which are left to k6'],
    ['what only k6 has in its requests', `import { b64encode } from 'k6/encoding'\nexport default journey({ visits: [{ name: 'x', request: () => ({ path: '/ok?' + b64encode('a') }) }] })`, 'b64encode() of k6 is not there for rude clients, which run in Node: describe the request without it, or leave its visit out by rude.routes'],
    ['a default of its own', `journey\nexport default () => {}`, 'the script exports no default made by `journey` of lowtide/journey'],
  ])('of %s is refused before anything runs', async (_, text, said) => {
    await expect(playing({ dose: 10, concurrency: 4 }, await journey(text, { halfClose: 0.2 }))).rejects.toThrow(`The load cannot have these rude clients: ${said}`)
  })

  test('that never comes back is refused in time, by a process that is known as the run\'s', async () => {
    const asked = async (request: string, signal = AbortSignal.timeout(60_000)) => {
      await journey(`export default journey({ visits: [{ name: 'x', request: () => { ${request} } }] })`, { halfClose: 0.2 })
      await bundleRude({ entry: join(shared.dir, 'rude-journey.ts'), define: {}, folder: shared.dir, dir: shared.dir, run: 'rude-asked', rude: { halfClose: 0.2 }, signal, answersWithinMs: 2_000 })
    }
    await expect(asked('throw new Error(`asked by ${globalThis.process.env.LOWTIDE_OWNER}`)')).rejects.toThrow('The load cannot have these rude clients: asked by rude-asked')
    await expect(asked('for (;;) {}')).rejects.toThrow('The load cannot have these rude clients: its script or one of its visits had not come back after 2000 ms: it may loop for ever')
    const interrupt = new AbortController()
    void setTimeout(1_000).then(() => interrupt.abort(new Error('interrupted by SIGINT')))
    await expect(asked('for (;;) {}', interrupt.signal)).rejects.toThrow('interrupted by SIGINT')
    expect(ownedPids('rude-asked')).toEqual([])
  })
})

const journey = async (text: string, rude: Rude): Promise<Load> => {
  await writeFile(join(shared.dir, 'rude-journey.ts'), `import { journey } from 'lowtide/journey'\nexport { options } from 'lowtide/journey'\n${text}\n`)
  return { kind: 'journey', journey: 'rude-journey.ts', rude }
}

const until = async (condition: () => boolean, withinMs = 5_000) => {
  const deadline = AbortSignal.timeout(withinMs)
  while (!condition()) await setTimeout(10, undefined, { signal: deadline })
}

const commandOf = (pid: number) => readFileSync(`/proc/${pid}/cmdline`, 'utf8')

const page: Route = { name: 'page', path: '/ok?n={n}', expect: { contains: 'ok' } }

const startWith = (plan: PlanOf, load: Load, changes: Partial<LoadOptions>) => startOn({ k6: shared.k6, dir: shared.dir, baseUrl: shared.server.url }, load, plan, changes)

const run = async (plan: PlanOf, rude: Rude, routes: readonly Route[], { requestTimeoutMs = 5_000, ...changes }: Partial<LoadOptions> & { readonly requestTimeoutMs?: number } = {}) => playing(plan, { kind: 'routes', routes, rude, requestTimeoutMs }, changes)

const playing = async (plan: PlanOf, load: Load, changes: Partial<LoadOptions> = {}) => {
  const by: Record<string, number> = {}
  const flights: Requests[] = []
  let manners: RudeClients['manners'] = []
  const count = ({ route, started }: LoadSecond) => (by[route] = (by[route] ?? 0) + started)
  await using load_ = await startWith(plan, load, {
    onHappening: happening => {
      if (happening.kind === 'load') count(happening)
      if (happening.kind === 'requests') flights.push(happening)
      if (happening.kind === 'rude') manners = happening.manners
    },
    ...changes,
  })
  await load_.begin()
  return { dose: await load_.drained, by, manners, flights }
}
