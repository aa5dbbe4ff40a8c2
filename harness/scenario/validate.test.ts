import { expect, test } from 'vitest'
import { problemsOf } from './validate.ts'

const good = {
  name: 'a-soak',
  target: { name: 'app', command: ['node', 'app.js'], readyPath: '/' },
  load: { kind: 'routes', routes: [{ name: 'home', path: '/' }] },
}

test('a minimal scenario has no problems', () => {
  expect(problemsOf(good)).toEqual([])
})

test('every problem is told at once, with what was expected and what was there', () => {
  const bad = { ...good, name: 'A Soak', target: { ...good.target, readyPath: 'x', limits: { workers: -1 } }, profiles: { gate: { dose: 0, cycles: 3 } }, colour: 'red' }
  expect(problemsOf(bad)).toMatchInlineSnapshot(`
    [
      "Expected name to be lower case letters, digits and hyphens, got 'A Soak'.",
      "Expected target.readyPath to be a path that starts with / and is percent-encoded, got 'x'.",
      "Expected target.limits.workers to be a whole number of at least 0, got -1.",
      "Expected profiles.gate.dose to be a positive integer, got 0.",
      "profiles.gate has no setting "cycles". There are dose, concurrency, sampleEveryMs, settleMs, budgetMs, stopsAt, seed, thinkScale.",
      "the scenario has no setting "colour". There are name, about, target, load, profiles, suppressions, thresholds.",
    ]
  `)
})

test('a setting that is misspelt is told with the one that was meant, wherever it stands', () => {
  const bad = {
    ...good,
    supressions: [],
    target: { ...good.target, readypath: '/', limits: { pool_max_per_process: 4 } },
    load: { kind: 'routes', routes: [{ ...good.load.routes[0], expects: { status: 200 } }], arrivals: { perSeconds: 3, perSecond: 3 } },
    profiles: { gate: { dosis: 4, think_scale: 1 } },
    thresholds: { http_reqs: [{ threshold: 'count>1', abortOnFial: true }] },
  }
  expect(problemsOf(bad)).toMatchInlineSnapshot(`
    [
      "target.limits has no setting "pool_max_per_process". Did you mean "poolMaxPerProcess"?",
      "target has no setting "readypath". Did you mean "readyPath"?",
      "load.routes.0 has no setting "expects". Did you mean "expect"?",
      "load.arrivals has no setting "perSeconds". Did you mean "perSecond"?",
      "profiles.gate has no setting "dosis". Did you mean "dose"?",
      "profiles.gate has no setting "think_scale". Did you mean "thinkScale"?",
      "thresholds.http_reqs.0 has no setting "abortOnFial". Did you mean "abortOnFail"?",
      "the scenario has no setting "supressions". Did you mean "suppressions"?",
    ]
  `)
})

test.each([
  ['nothing at all', undefined],
  ['a number', 7],
  ['a scenario without a target', { ...good, target: undefined }],
  ['a load of an unknown kind', { ...good, load: { kind: 'storm' } }],
  ['a replay without its log', { ...good, load: { kind: 'replay' } }],
  ['a replay from a time without its zone', { ...good, load: { kind: 'replay', log: 'a.log', from: '2006-03-31 18:00' } }],
  ['an empty command', { ...good, target: { ...good.target, command: [] } }],
  ['a default variant that is not there', { ...good, target: { ...good.target, variants: { default: 'b', by: { a: {} } } } }],
  ['two routes of one name', { ...good, load: { kind: 'routes', routes: [good.load.routes[0], good.load.routes[0]] } }],
])('%s is refused with a sentence', (_, scenario) => {
  const problems = problemsOf(scenario)
  expect(problems).not.toEqual([])
  for (const problem of problems) {
    expect(problem).toMatch(/^(Expected|the scenario|\S+ has no setting)/)
    expect(problem).not.toMatch(/Invalid|undefined \(|received/)
  }
})

test('parts that contradict each other are told beside what is wrong elsewhere', () => {
  const bad = { ...good, name: 'A Soak', target: { ...good.target, variants: { default: 'b', leaks: ['c'], by: { a: {} } } }, load: { kind: 'routes', routes: [{ name: 'home', path: 'no slash' }, { name: 'home', path: '/' }] } }
  expect(problemsOf(bad)).toMatchInlineSnapshot(`
    [
      "Expected name to be lower case letters, digits and hyphens, got 'A Soak'.",
      "Expected load.routes.0.path to be a path that starts with / and is percent-encoded, got 'no slash'.",
      "Expected target.variants.default to be one of a, got "b".",
      "Expected target.variants.leaks to be of a, got "c".",
      "Expected names of routes to differ, got "home" twice.",
    ]
  `)
})

test('a variant that is misspelt where another setting names it is told with those there are and the one that was meant', () => {
  expect(problemsOf({ ...good, target: { ...good.target, variants: { default: 'mnded', leaks: ['lekay'], by: { mended: {}, leaky: {} } } } })).toEqual([
    'Expected target.variants.default to be one of mended, leaky, got "mnded". Did you mean "mended"?',
    'Expected target.variants.leaks to be of mended, leaky, got "lekay". Did you mean "leaky"?',
  ])
})

test('a client that hangs up does so before its request would have timed out', () => {
  const hangingUp = (abortAfterMs: unknown, requestTimeoutMs?: number) => problemsOf({ ...good, load: { kind: 'routes', routes: [{ name: 'home', path: '/', abortAfterMs }], ...(requestTimeoutMs ? { requestTimeoutMs } : {}) } })
  expect(hangingUp(50)).toEqual([])
  expect(hangingUp(0)).toEqual(['Expected load.routes.0.abortAfterMs to be a positive integer, got 0.'])
  expect(hangingUp(300, 300)).toEqual(['Expected load.routes.0.abortAfterMs to be less than the request time-out of 300 ms, got 300.'])
  expect(hangingUp(20_000)).toEqual(['Expected load.routes.0.abortAfterMs to be less than the request time-out of 10000 ms, got 20000.'])
})

test('a ramp is one of users: refused beside arrivals, and with a replay, it is told among all that is wrong', () => {
  const loading = (load: object) => problemsOf({ ...good, load })
  expect(loading({ ...good.load, rampMs: 5_000 })).toEqual([])
  expect(loading({ kind: 'journey', journey: 'a.ts', rampMs: 5_000 })).toEqual([])
  expect(loading({ ...good.load, rampMs: -1 })).toEqual(['Expected load.rampMs to be a whole number of at least 0, got -1.'])
  expect(loading({ ...good.load, rampMs: 5_000, arrivals: { perSecond: 0 } })).toMatchInlineSnapshot(`
    [
      "Expected load.arrivals.perSecond to be a positive number, got 0.",
      "Expected load.rampMs, by which the users of a closed model come, to be without load.arrivals, which make it an open one: let their rate grow by load.arrivals.rampMs.",
    ]
  `)
  expect(loading({ kind: 'replay', log: '', rampMs: 5_000 })).toMatchInlineSnapshot(`
    [
      "Expected load.log to be a text that is not empty, got ''.",
      "load has no setting "rampMs". There are kind, log, format, fields, speed, loops, from, to, methods, hosts, expect, redact, longestGapMs, generators, cluster, requestId, requestTimeoutMs.",
    ]
  `)
})

test('what is missing is told by what it should be', () => {
  expect(problemsOf({})).toMatchInlineSnapshot(`
    [
      "Expected name, a text, and it is missing.",
      "Expected target, an object, and it is missing.",
      "Expected load, an object whose kind is 'journey', 'routes' or 'replay', and it is missing.",
    ]
  `)
})

test('a path is one that can be sent as it is', () => {
  const asked = (path: string) => problemsOf({ ...good, load: { kind: 'routes', routes: [{ name: 'home', path }] } })
  for (const path of ['/', '/a/{n}?b=c&d[e]=f', '/100%25', '/%C3%BC?q=100%']) expect(asked(path)).toEqual([])
  for (const path of ['/two words', '/ü', '/a#b', '/a?b#c', '/100%', '/a\n', '/a?b c', 'a', '//a b']) expect(asked(path)).toEqual([`Expected load.routes.0.path to be a path that starts with / and is percent-encoded, got '${path.replace('\n', '\\n')}'.`])
})

test.each(['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE'])('a route may be a %s', (method) => {
  expect(problemsOf({ ...good, load: { kind: 'routes', routes: [{ name: 'home', path: '/', method }] } })).toEqual([])
})

test('of an answer to HEAD, which has no body, no content can be expected', () => {
  expect(problemsOf({ ...good, load: { kind: 'routes', routes: [{ name: 'home', path: '/', method: 'HEAD', expect: { contains: 'ok' } }] } })).toEqual(['Expected load.routes.0.expect.contains to be of an answer that has a body, which one to HEAD has not.'])
})

test('a cluster is told what it lacks, and what no cluster has', () => {
  const within = (cluster: unknown) => problemsOf({ ...good, load: { ...good.load, generators: 4, cluster } })
  expect(within({ image: 'registry.example/lowtide-k6:1', host: '10.0.0.7', port: 7070, kubectl: ['kubectl', '--context=staging'], separate: true, readyTimeoutMs: 60_000 })).toEqual([])
  for (const host of ['fd00::7', 'build-1.example.org', 'localhost']) expect(within({ image: 'i', host })).toEqual([])
  for (const host of ['10.0.0.7:8080', '[fd00::7]', '::g', 'fe80::7%eth0']) expect(within({ image: 'i', host })).toEqual([`Expected load.cluster.host to be the name or the address of a host, without a port, got '${host}'.`])
  expect(within({ image: 'two words', port: 70_000, kubectl: 'kubectl', nodes: 3 })).toMatchInlineSnapshot(`
    [
      "Expected load.cluster.image to be the name of an image, got 'two words'.",
      "Expected load.cluster.host, a text, and it is missing.",
      "Expected load.cluster.port to be a port between 1 and 65,535, got 70000.",
      "Expected load.cluster.kubectl to be a program and its arguments, as a list of texts, got 'kubectl'.",
      "load.cluster has no setting "nodes". There are image, host, port, kubectl, separate, readyTimeoutMs.",
    ]
  `)
})
