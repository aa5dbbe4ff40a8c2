import { expect, test } from 'vitest'
import { problemsOf } from './validate.ts'

const routes = [{ name: 'home', path: '/' }, { name: 'order', method: 'POST', path: '/orders', body: 'n=1' }, { name: 'leaver', path: '/', abortAfterMs: 50 }]
const asking = (rude: unknown, load: object = { kind: 'routes', routes }, more: object = {}) => problemsOf({ name: 'a-soak', target: { name: 'app', command: ['node', 'app.js'], readyPath: '/' }, load: { ...load, rude }, ...more })

test('every manner may be asked for, of routes and of a journey', () => {
  const all = {
    aborts: { headers: 0.01, firstByte: 0.01, midBody: 0.02, lastByte: 0.01 },
    vanish: 0.01,
    slowReader: { share: 0.01, bytesPerSecond: 2_000, receiveBufferBytes: 4_096 },
    halfClose: 0.01,
    bodyNeverSent: { share: 0.01, silentMs: 500 },
    headerDrip: { share: 0.01, bytesPerSecond: 50 },
    doubleSubmit: 0.01,
    pipelinedPair: 0.01,
    keepAliveStorm: { share: 0.05, requests: 20 },
    connectionChurn: { share: 0.05, requests: 20 },
    routes: ['home', 'order'],
  }
  expect(asking(all)).toEqual([])
  expect(asking(all, { kind: 'journey', journey: 'j.ts' })).toEqual([])
})

test.each<[string, object, string]>([
  ['nothing', {}, 'Expected load.rude to ask for one manner at least, such as aborts: { midBody: 0.02 }.'],
  ['all of the dose', { halfClose: 0.6, doubleSubmit: 0.4 }, 'Expected the shares of load.rude to be less than 1 together, got 1.'],
  ['a share that is a percentage', { halfClose: 5 }, 'Expected load.rude.halfClose to be a share of the dose between 0 and 1, got 5.'],
  ['a manner that there is none of', { shout: 0.1 }, 'load.rude has no setting "shout". There are aborts, vanish, slowReader, halfClose, bodyNeverSent, headerDrip, doubleSubmit, pipelinedPair, keepAliveStorm, connectionChurn, routes.'],
  ['a storm of one', { keepAliveStorm: { share: 0.1, requests: 1 } }, 'Expected load.rude.keepAliveStorm.requests to be a whole number of at least 2, got 1.'],
  ['a route that there is none of', { halfClose: 0.1, routes: ['home', 'red'] }, 'Expected load.rude.routes to name routes, got "red".'],
  ['a body to keep back where there is none', { bodyNeverSent: { share: 0.1, silentMs: 5 }, routes: ['home'] }, 'Expected load.rude.bodyNeverSent to find a route with a body, and there is none.'],
  ['routes that hang up by themselves', { halfClose: 0.1, routes: ['leaver'] }, 'Expected load.rude to find a route without abortAfterMs, and there is none.'],
  ['a receive buffer that no kernel gives', { slowReader: { share: 0.1, bytesPerSecond: 5, receiveBufferBytes: 100 } }, 'Expected load.rude.slowReader.receiveBufferBytes to be a whole number of at least 4,096, got 100.'],
])('asked for %s it says so', (_, rude, said) => {
  expect(asking(rude)).toEqual([said])
})

test('rude clients leave room for others among the requests in flight', () => {
  expect(asking({ halfClose: 0.1 }, { kind: 'routes', routes }, { profiles: { gate: { concurrency: 2 } } })).toEqual(['Expected profiles.gate.concurrency to be 3 at least, so that rude clients leave room for others, got 2.'])
})

test('the replay of a log has none', () => {
  expect(asking({ halfClose: 0.1 }, { kind: 'replay', log: 'access.log' })).toEqual([expect.stringMatching(/^load has no setting "rude"\. There are kind, log, /)])
})
