import fc from 'fast-check'
import { expect, test } from 'vitest'
import { learnRoutes, mostRoutes, otherRoute } from './routes.ts'

const learned = (paths: readonly string[], method = 'GET') => {
  const learner = learnRoutes()
  for (const path of paths) learner.add(method, path)
  return learner.learned()
}
const namesOf = (paths: readonly string[]) => learned(paths).names.map(({ name }) => name).toSorted()

test.each([
  ['numbers', ['/ticket/123', '/ticket/7/comments/99'], ['GET /ticket/:n', 'GET /ticket/:n/comments/:n']],
  ['UUIDs, hashes, dates', ['/a/3f2504e0-4f89-11d3-9a0c-0305e82c3301', '/b/9fceb02d0ae598e9', '/c/2006-04-01'], ['GET /a/:uuid', 'GET /b/:hex', 'GET /c/:date']],
  ['what is escaped or an address', ['/u/ada%40example.org', '/u/ben@example.org'], ['GET /u/:id']],
  ['numbers within words', ['/milestone3', '/milestone4'], ['GET /milestone:n']],
  ['a slash at the end', ['/a', '/a/'], ['GET /a']],
  ['the front page', ['/', '/?a=1'], ['GET /', 'GET /?a']],
])('%s make no routes of their own', (_, paths, names) => {
  expect(namesOf(paths)).toEqual(names)
})

test('pages of one folder are one route when there are many, folders when they hold the same', () => {
  const projects = 'Argon Beacon Cedar Delta Ember Fjord'.split(' ')
  const paths = ['/', '/login', '/style.css', ...projects.flatMap(project => [`/${project}/timeline`, `/${project}/timeline?format=rss`, `/${project}/ticket/4`, ...Array.from('abcdefghijklmnop', page => `/${project}/wiki/Page${page}`)])]
  expect(namesOf(paths)).toEqual(['GET /', 'GET /:name/ticket/:n', 'GET /:name/timeline', 'GET /:name/timeline?format', 'GET /:name/wiki/:name', 'GET /login', 'GET /style.css'])
})

test('folders that have nothing in common but numbers stay what they are', () => {
  const kinds = 'users orders carts items reviews sellers'.split(' ')
  expect(namesOf(kinds.flatMap(kind => [`/${kind}/1`, `/${kind}/2`]))).toEqual(kinds.map(kind => `GET /${kind}/:n`).toSorted())
})

test('names of parameters that whoever asks makes up are one route', () => {
  expect(namesOf(Array.from({ length: 30 }, (_, n) => `/search?_${String.fromCharCode(97 + (n % 26))}${n}x=1`))).toEqual(['GET /search'])
})

test('a method is a route of its own', () => {
  const learner = learnRoutes()
  learner.add('GET', '/a')
  learner.add('HEAD', '/a')
  expect(learner.learned().names.map(({ name }) => name)).toEqual(['GET /a', 'HEAD /a'])
})

test('what cannot be named in bounds shares a name, and is told by number', () => {
  const paths = Array.from({ length: 26 }, (_, a) => Array.from({ length: 10 }, (_, b) => `/${letter(a)}x/${letter(b)}${letter(a)}`)).flat()
  const { names, unnamed, nameOf } = learned(paths)
  expect(names.length).toBeLessThanOrEqual(mostRoutes)
  expect(names.reduce((sum, { requests }) => sum + requests, 0) + unnamed.requests).toBe(260)
  expect(unnamed.routes).toBeGreaterThan(0)
  expect(nameOf('GET', '/never/seen/before')).toBe(otherRoute)
})

const path = fc.array(fc.oneof(fc.constantFrom('a', 'b', '12', 'x1', '2006-04-01', ''), fc.stringMatching(/^[a-z0-9%.:@-]{1,50}$/)), { maxLength: 12 }).map(segments => `/${segments.join('/')}`)
const withQuery = fc.tuple(path, fc.option(fc.stringMatching(/^[a-z0-9=&_.-]{0,60}$/))).map(([before, query]) => (query === null ? before : `${before}?${query}`))

test('whatever the paths are, each that was learned has a name that is listed, and names are bounded', () => {
  fc.assert(
    fc.property(fc.array(withQuery, { minLength: 1, maxLength: 400 }), paths => {
      const { names, unnamed, nameOf } = learned(paths)
      const listed = new Map(names.map(({ name, requests }) => [name, requests]))
      const counts = new Map<string, number>()
      for (const one of paths) counts.set(nameOf('GET', one), (counts.get(nameOf('GET', one)) ?? 0) + 1)
      expect(names.length).toBeLessThanOrEqual(mostRoutes)
      for (const [name, requests] of counts) expect(requests).toBe(name === otherRoute ? unnamed.requests : listed.get(name))
    }),
  )
})

const letter = (n: number) => String.fromCharCode(97 + n)

test('a hundred thousand different paths fit into memory and into a few names', () => {
  const learner = learnRoutes()
  for (let n = 0; n < 100_000; n++) learner.add('GET', `/${word(n)}/${word(n * 7)}/${word(n * 31)}`)
  const { names } = learner.learned()
  expect(names.length).toBeLessThanOrEqual(mostRoutes)
})

/** Letters alone: a number would be told by its digits. */
const word = (n: number): string => String(n).replaceAll(/\d/g, digit => 'abcdefghij'[Number(digit)]!)
