import { expect, test } from 'vitest'
import { problemsOf } from '../scenario/validate.ts'
import { counterNames } from '../timeline/counters.ts'
import { declaredOf, problemsOfThresholds, readThreshold, type Thresholds } from './thresholds.ts'

const routes = ['home', 'timeline feed']

test.each<[string, Thresholds]>([
  ['every metric and aggregation', { http_req_duration: ['avg<200', 'min<50', 'med<100', 'max<2000', 'p(99.9)<400'], http_req_failed: ['rate<0.01'], checks: ['rate>0.99'], http_reqs: ['count>100', 'rate>2'], dropped_iterations: ['count==0', 'rate<0.1'] }],
  ['a route, with blanks and quotes as k6 takes them', { 'http_req_duration{route:timeline feed}': ['p(99)<400'], 'http_reqs{ route : "home" }': ['count>1'] }],
  ['windows, and counters of the server', { http_req_duration: ['p(99)<400 over 60s'], 'pg.backends': ['value<80 for 30s', 'value<=90'], 'app.fds': ['value<1000'] }],
  ['an abort with its delay, as time or milliseconds', { http_req_duration: [{ threshold: 'p(99)<400', abortOnFail: true, delayAbortEval: '10s' }, { threshold: 'avg<400', abortOnFail: true, delayAbortEval: 5_000 }] }],
])('%s is sound', (_, thresholds) => {
  expect(problemsOfThresholds(thresholds, routes)).toEqual([])
})

test('every counter of a beat can have a threshold', () => {
  expect(problemsOfThresholds(Object.fromEntries(counterNames.map((name) => [name, ['value<1']])), routes)).toEqual([])
})

test('all that is wrong is told at once, with what was meant', () => {
  const thresholds = {
    http_req_durations: ['p(99)<400'],
    'pg.idleInTransaction': ['value<3', 'value<2'],
    'app.goroutines': ['value<3'],
    'http_req_duration{route:timeline fed}': ['p(99)<400', 'p99<400'],
    'http_req_duration{status:200}': ['p(99)<400'],
    'http_req_duration{home}': ['p(99)<400'],
    'pg.backends{route:home}': ['value<3'],
    'dropped_iterations{route:home}': ['count<3'],
    dropped_iterations: ['value<3', 'count<3 over 10s', 'rate<1 for 1500ms'],
    'http_req_duration ': ['p99<400', 'rate<0.1', 'p(99)<400 for 30s', 'p(99)<400 over 1500ms'],
    'pg.backends': ['max<80', 'value<80 over 30s', { threshold: 'value<3', delayAbortEval: 'soon' }],
  }
  expect(problemsOfThresholds(thresholds, routes)).toMatchInlineSnapshot(`
    [
      "There is no metric "http_req_durations" for a threshold. Did you mean "http_req_duration"?",
      "There is no metric "pg.idleInTransaction" for a threshold. Did you mean "pg.idle-in-transaction"?",
      "There is no metric "app.goroutines" for a threshold. There are app.processes, app.requests, app.zombies, app.threads, app.fds, app.fds-files, app.fds-sockets, app.fds-pipes, app.fds-other, app.rss-bytes, app.cpu-ms, app.clients, app.vanished-clients, app.close-wait, app.orphan-sockets, app.tcp-established, app.tcp-syn-sent, app.tcp-fin-wait, app.tcp-listening, app.connection-readings, app.pool-cleanups.",
      "The load has no route "timeline fed" for the threshold on http_req_duration{route:timeline fed}. Did you mean "timeline feed"?",
      "The threshold "p99<400" on http_req_duration{route:timeline fed} cannot be read: expected a percentile from 0 to 100, as in p(99) at "99<400".",
      "A threshold can select by route alone, as in http_req_duration{route:home}; got the tag "status".",
      "Expected the selector of http_req_duration to be {route:NAME}, got {home}.",
      "The counter pg.backends has no tags, so that {route:home} selects nothing. Leave it out.",
      "What was never sent has no tags, so that {route:home} selects nothing of dropped_iterations. Leave it out.",
      "The threshold "value<3" on dropped_iterations asks for value, and there is count, rate of it.",
      "The threshold "count<3 over 10s" on dropped_iterations says "over", and what was never sent is known once a cycle is through. Leave it out.",
      "The threshold "rate<1 for 1s500ms" on dropped_iterations says "for", and what was never sent is known once a cycle is through. Leave it out.",
      "The threshold "p99<400" on http_req_duration cannot be read: expected a percentile from 0 to 100, as in p(99) at "99<400".",
      "The threshold "rate<0.1" on http_req_duration asks for rate, and there is avg, min, med, max, p(99) of it.",
      "The threshold "p(99)<400 for 30s" on http_req_duration says "for", which is for counters of the server. For windows of the load say "over 30s".",
      "The threshold "p(99)<400 over 1s500ms" on http_req_duration: expected a window of whole seconds, got 1s500ms.",
      "The threshold "max<80" on pg.backends asks for max, and there is value of it.",
      "The threshold "value<80 over 30s" on pg.backends says "over", which is for metrics of the load. A counter that may not be out of bounds for so long says "for 30s".",
      "Expected delayAbortEval of the threshold "value<3" on pg.backends to be a time such as 10s, or milliseconds, got "soon".",
      "The threshold "value<3" on pg.backends has a delayAbortEval without abortOnFail: true, so that it delays nothing.",
    ]
  `)
})

test('a journey names its routes as it runs, so that any may come', () => {
  expect(problemsOfThresholds({ 'http_req_duration{route:anything}': ['p(99)<400'] }, null)).toEqual([])
})

test('they are checked with the rest of the scenario, whose other faults hide none of theirs', () => {
  const scenario = { name: 'A Soak', target: { name: 'app', command: ['app'], readyPath: '/' }, load: { kind: 'routes', routes: [{ name: 'home', path: '/' }] }, thresholds: { 'http_req_duration{route:hme}': ['p(99)<400'] } }
  expect(problemsOf(scenario)).toEqual(["Expected name to be lower case letters, digits and hyphens, got 'A Soak'.", 'The load has no route "hme" for the threshold on http_req_duration{route:hme}. Did you mean "home"?'])
})

test.each([
  ['no list', { http_reqs: 'count>1' }, "Expected thresholds.http_reqs to be a list of expressions, got 'count>1'."],
  ['an empty list', { http_reqs: [] }, 'Expected thresholds.http_reqs to be at least one expression, got [].'],
  ['a number', { http_reqs: [400] }, 'Expected thresholds.http_reqs.0 to be an expression such as p(99)<400, or an object that has one as its threshold, got 400.'],
])('%s is told by what it should be', (_, thresholds, problem) => {
  expect(problemsOf({ name: 'a', target: { name: 'app', command: ['app'], readyPath: '/' }, load: { kind: 'routes', routes: [{ name: 'home', path: '/' }] }, thresholds })).toEqual([problem])
})

test('what a scenario declares is read again from the record, under one name', () => {
  const declared = declaredOf({ 'http_req_duration{route:"home"}': [{ threshold: 'p( 99 ) < 400 over 60s', abortOnFail: true, delayAbortEval: '1m30s' }], http_reqs: ['count>1'] })
  expect(declared).toEqual([{ metric: 'http_req_duration{route:"home"}', threshold: 'p( 99 ) < 400 over 60s', abortAfterMs: 90_000 }, { metric: 'http_reqs', threshold: 'count>1' }])
  expect(declared.map((one) => readThreshold(one))).toMatchObject([{ name: 'http_req_duration{route:home}: p(99)<400 over 1m', abortAfterMs: 90_000 }, { name: 'http_reqs: count>1', abortAfterMs: null }])
})
