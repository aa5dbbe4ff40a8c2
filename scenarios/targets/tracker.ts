import type { Target } from 'lowtide'

/** What the tracker is, whatever serves it. Paths start from scenarios/. */
const anywhere = {
  cwd: '../app-under-test/tracker',
  seed: [process.execPath, 'seed.ts', '--preset', 'course', '--seed', '2006'],
  readyPath: '/',
  // The last day of the data: feeds ask for the days before now, and would find nothing in the years since.
  env: { TRACKER_NOW: '2006-04-02T18:00:00Z' },
  logsToFile: true,
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
} satisfies Omit<Target, 'name' | 'command'>

/** As in 2006, a process a request: behind Apache in containers, behind the tracker's own CGI gateway elsewhere. */
export const tracker = {
  ...anywhere,
  name: 'tracker',
  command: [process.execPath, 'gateway.ts'],
  image: { prepare: [process.execPath, 'build.ts'], context: '../app-under-test/tracker', dockerfile: 'Dockerfile', port: 8080 },
  // One connection a process, however large its pool: a process serves one request.
  limits: { poolMaxPerProcess: 5, workers: 0, transactionMs: 3_000, processLingerMs: 2_000 },
} satisfies Target

/** The later set-up: four workers that live on, and keep their connection from request to request. */
export const trackerServer = {
  ...anywhere,
  name: 'tracker-server',
  command: [process.execPath, 'server.ts'],
  env: { ...anywhere.env, TRACKER_WORKERS: '4' },
  // The server itself and its workers, each with one thread and so with one connection.
  limits: { poolMaxPerProcess: 1, workers: 5, transactionMs: 3_000 },
} satisfies Target

/** The same behind Apache wherever it runs: in containers, or as the apache2 of this machine. */
export const trackerBehindApache = {
  ...tracker,
  command: [process.execPath, 'apache.ts'],
} satisfies Target
