import type { Scenario } from '../harness/scenario/scenario.ts'

/** The incident of 2006: feed pollers and people ask a project tracker for long timelines, a process a request, over PostgreSQL. */
export default {
  name: 'timeline-soak',
  about: 'the tracker of 2006 under feed pollers and readers of long timelines',
  target: {
    name: 'tracker',
    command: [process.execPath, 'gateway.ts'],
    cwd: '../app-under-test/tracker',
    seed: [process.execPath, 'seed.ts', '--preset', 'course', '--seed', '2006'],
    readyPath: '/',
    env: { TRACKER_NOW: '2006-04-02T18:00:00Z' },
    logsToFile: true,
    image: { prepare: [process.execPath, 'build.ts'], context: '../app-under-test/tracker', dockerfile: 'Dockerfile', port: 8080 },
    // One connection a process, however large its pool: a process serves one request.
    limits: { poolMaxPerProcess: 5, workers: 0, transactionMs: 3_000, processLingerMs: 2_000 },
    variants: {
      default: 'close-in-finally',
      leaks: ['as-shipped'],
      by: {
        'as-shipped': { TRACKER_VARIANT: 'as-shipped' },
        'collect-per-provider': { TRACKER_VARIANT: 'collect-per-provider' },
        'collect-per-select': { TRACKER_VARIANT: 'collect-per-select' },
        'reentrant-lock': { TRACKER_VARIANT: 'reentrant-lock' },
        'close-in-finally': { TRACKER_VARIANT: 'close-in-finally' },
        'collector-off': { TRACKER_VARIANT: 'collector-off' },
      },
    },
  },
  load: { kind: 'journey', journey: 'journeys/timeline.ts', requestTimeoutMs: 5_000 },
  // A process a request: two cores carry four of them.
  profiles: { repro: { concurrency: 4, dose: 4 }, nightly: { concurrency: 4 } },
} satisfies Scenario
