import type { Target } from '../../harness/scenario/scenario.ts'

/** The tracker as in 2006, a process a request: behind Apache in containers, behind its own CGI gateway elsewhere. Paths start from scenarios/. */
export const tracker = {
  name: 'tracker',
  command: [process.execPath, 'gateway.ts'],
  cwd: '../app-under-test/tracker',
  seed: [process.execPath, 'seed.ts', '--preset', 'course', '--seed', '2006'],
  readyPath: '/',
  // The last day of the data: feeds ask for the days before now, and would find nothing in the years since.
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
} satisfies Target
