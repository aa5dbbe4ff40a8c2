import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { askByHolding } from './ask-by-holding.ts'
import { countBeside, countPlaces } from './count-places.ts'

const holdsMs = 200

/**
 * A server whose requests each take one of its places; who finds none waits for one. One that is filled `slowly` has a place more after each wave, until it has all. It loses a place with each request that is
 * hung up on while it waits, as psycopg_pool did until 3.1.7: the place that it waited for is given to nobody.
 */
async function serverOf({ places, lost = 0, status = 200, atOnce = false, slowly = false }: { readonly places: number; readonly lost?: number; readonly status?: number; readonly atOnce?: boolean; readonly slowly?: boolean }) {
  let unopened = slowly ? places - lost - 1 : 0
  let free = places - lost - unopened
  let hungUp = 0
  const waiting: { isGone: boolean; readonly go: () => void }[] = []
  const giveBack = (): void => {
    const next = waiting.shift()
    if (next === undefined) free += 1
    else if (!next.isGone) next.go()
  }
  const server = createServer(async (_, response) => {
    if (atOnce) return void response.writeHead(status).end()
    if (free > 0) free -= 1
    else
      await new Promise<void>((resolve) => {
        const turn = { isGone: false, go: resolve }
        waiting.push(turn)
        response.once('close', () => {
          if (!waiting.includes(turn)) return
          turn.isGone = true
          hungUp += 1
        })
      })
    await delay(holdsMs)
    giveBack()
    if (waiting.length === 0 && unopened > 0 && free === places - lost - unopened) {
      unopened -= 1
      free += 1
    }
    response.writeHead(status).end()
  }).listen(0, '127.0.0.1')
  await new Promise((listening) => server.once('listening', listening))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    hungUp: () => hungUp,
    giveBack,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise((closed) => server.close(closed))
    },
  }
}

const ask = ({ url }: { readonly url: string }) => askByHolding({ url, holdsMs, signal: AbortSignal.timeout(60_000) })

test('a pool with all of its places answers all at once', async () => {
  await using server = await serverOf({ places: 6 })
  await using asker = ask(server)
  expect(await countPlaces(asker.send, { most: 6, from: 6 })).toMatchObject({ asked: 6, parallel: 6, tries: [6] })
})

test('places that are lost are missing in every try', async () => {
  await using server = await serverOf({ places: 6, lost: 2 })
  await using asker = ask(server)
  expect(await countPlaces(asker.send, { most: 6, from: 6 })).toMatchObject({ asked: 6, parallel: 4, tries: [4, 4, 4] })
})

test('a pool that is still filling is asked until it is full, and its lost places are missing then too', async () => {
  await using whole = await serverOf({ places: 6, slowly: true })
  await using asker = ask(whole)
  expect(await countPlaces(asker.send, { most: 6, from: 6 })).toMatchObject({ parallel: 6 })
  await using lossy = await serverOf({ places: 6, lost: 2, slowly: true })
  await using other = ask(lossy)
  expect(await countPlaces(other.send, { most: 6, from: 6 })).toMatchObject({ parallel: 4 })
}, 30_000)

test('a pool loses nothing by being asked: nobody is hung up on, however few places are left', async () => {
  await using server = await serverOf({ places: 30, lost: 29 })
  await using asker = ask(server)
  for (const from of [30, 1, 1]) expect(await countPlaces(asker.send, { most: 30, from })).toMatchObject({ parallel: 1 })
  expect(server.hungUp()).toBe(0)
}, 60_000)

test('a pool without any place left answers none; whoever asked for one waits on, and is answered once it comes back', async () => {
  await using server = await serverOf({ places: 6, lost: 6 })
  await using asker = ask(server)
  expect(await countPlaces(asker.send, { most: 6 })).toMatchObject({ asked: 6, parallel: 0, tries: [0] })
  expect([asker.waiting(), server.hungUp()]).toEqual([1, 0])
  server.giveBack()
  expect(await countPlaces(asker.send, { most: 6 })).toMatchObject({ parallel: 1 })
}, 60_000)

test('its end hangs up on those that wait', async () => {
  await using server = await serverOf({ places: 6, lost: 6 })
  const asker = ask(server)
  await countPlaces(asker.send, { most: 6 })
  await asker[Symbol.asyncDispose]()
  await expect.poll(() => [asker.waiting(), server.hungUp()]).toEqual([0, 1])
}, 30_000)

test.each([
  ['an error is no place', { status: 503 }, {}],
  ['one of the client says that the pool was never asked', { status: 429 }, { declined: 6 }],
  ['so does a 503 at once, as a limit of the rate gives it', { status: 503, atOnce: true }, { declined: 6 }],
])('%s', async (_, answers, more) => {
  await using server = await serverOf({ places: 6, ...answers })
  await using asker = ask(server)
  expect(await countPlaces(asker.send, { most: 6, from: 6 })).toMatchObject({ asked: 6, parallel: 0, tries: [0, 0, 0], ...more })
})

test.each([6, 1])('of %d places those that the harness holds are missed, and are there again once it lets go', async (places) => {
  await using server = await serverOf({ places })
  await using asker = ask(server)
  expect(await countBeside(asker.send, { held: 1, places })).toMatchObject({ asked: places, parallel: places - 1, tries: [places - 1] })
  expect(await countPlaces(asker.send, { most: places, from: places })).toMatchObject({ asked: places, parallel: places, tries: [places] })
})

test('a request that takes no place of the pool shows as one: holding it leaves as many as ever', async () => {
  await using server = await serverOf({ places: 100 })
  await using asker = ask(server)
  expect(await countBeside(asker.send, { held: 2, places: 6 })).toMatchObject({ asked: 6, parallel: 6, tries: [6] })
})
