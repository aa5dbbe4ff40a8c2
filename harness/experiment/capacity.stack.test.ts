import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { askForPlaces } from './capacity.ts'

const holdsMs = 200

/** A server whose requests each take one of its places; who finds none waits for one. One that is filled `slowly` has a place more after each wave, until it has all. */
async function serverOf({ places, lost = 0, status = 200, slowly = false }: { readonly places: number; readonly lost?: number; readonly status?: number; readonly slowly?: boolean }) {
  let unopened = slowly ? places - lost - 1 : 0
  let free = places - lost - unopened
  const waiting: (() => void)[] = []
  const server = createServer(async (_, response) => {
    if (free > 0) free -= 1
    else await new Promise<void>((resolve) => waiting.push(resolve))
    await delay(holdsMs)
    const next = waiting.shift()
    if (next) next()
    else free += 1
    if (waiting.length === 0 && unopened > 0 && free === places - lost - unopened) {
      unopened -= 1
      free += 1
    }
    response.writeHead(status).end()
  }).listen(0, '127.0.0.1')
  await new Promise((listening) => server.once('listening', listening))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise((closed) => server.close(closed))
    },
  }
}

const ask = (url: string, how: { readonly held?: number; readonly known?: number } = {}) => askForPlaces({ url, holdsMs, asked: 6, signal: AbortSignal.timeout(30_000), ...how })

test('a pool with all of its places answers all at once, in the first try', async () => {
  await using server = await serverOf({ places: 6 })
  expect(await ask(server.url)).toEqual({ asked: 6, parallel: 6, tries: [6] })
})

test('places that are lost are missing in every try', async () => {
  await using server = await serverOf({ places: 6, lost: 2 })
  expect(await ask(server.url)).toEqual({ asked: 6, parallel: 4, tries: [4, 4, 4] })
})

test('a pool that is still filling is asked until it is full, and its lost places are missing then too', async () => {
  await using whole = await serverOf({ places: 6, slowly: true })
  expect(await ask(whole.url)).toEqual({ asked: 6, parallel: 6, tries: [1, 2, 3, 4, 5, 6] })
  await using lossy = await serverOf({ places: 6, lost: 2, slowly: true })
  expect(await ask(lossy.url)).toEqual({ asked: 6, parallel: 4, tries: [1, 2, 3, 4, 4] })
}, 30_000)

test('a pool without any place left answers none, and is not waited for for ever', async () => {
  await using server = await serverOf({ places: 6, lost: 6 })
  expect(await ask(server.url)).toEqual({ asked: 6, parallel: 0, tries: [0, 0, 0] })
}, 30_000)

test('an error is no place', async () => {
  await using server = await serverOf({ places: 6, status: 503 })
  expect(await ask(server.url)).toMatchObject({ parallel: 0 })
})

test('places that the harness holds itself are missed, exactly so many, and are there again once it lets go', async () => {
  await using server = await serverOf({ places: 6 })
  expect(await ask(server.url, { held: 2, known: 4 })).toEqual({ asked: 6, parallel: 4, tries: [4] })
  expect(await ask(server.url, { known: 6 })).toEqual({ asked: 6, parallel: 6, tries: [6] })
})

test('a request that takes no place of the pool shows as one: holding it leaves as many as ever', async () => {
  await using server = await serverOf({ places: 100 })
  expect(await ask(server.url, { held: 2, known: 4 })).toEqual({ asked: 6, parallel: 6, tries: [6, 6, 6] })
})

test('a pool that is known to have lost places is asked once, as long as it has not lost more', async () => {
  await using server = await serverOf({ places: 6, lost: 2 })
  expect(await ask(server.url, { known: 4 })).toEqual({ asked: 6, parallel: 4, tries: [4] })
})

test('requests that are turned away before they ask for a place are counted as such, not as places that are missing', async () => {
  await using server = await serverOf({ places: 6, status: 429 })
  expect(await ask(server.url)).toEqual({ asked: 6, parallel: 0, tries: [0, 0, 0], declined: 6 })
})
