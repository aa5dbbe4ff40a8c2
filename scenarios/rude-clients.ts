import type { Scenario } from 'lowtide'

/** Long reports, a transaction and a cursor each. Who reads them to the end never meets the leak: a client that hangs up in the midst of one leaves its transaction open. */
export default {
  name: 'rude-clients',
  about: 'long reports, and clients that hang up, dawdle or come twice',
  target: {
    name: 'reports',
    command: [process.execPath, 'abort-with-cursor.ts'],
    cwd: '../app-under-test/zoo/node',
    seed: [process.execPath, 'create.ts'],
    readyPath: '/health',
    limits: { poolMaxPerProcess: 40, workers: 1, idleTimeoutMs: 1_000, transactionMs: 5_000 },
    variants: { default: 'mended', leaks: ['leaky'], by: { mended: { ZOO_MENDED: '1' }, leaky: {} } },
  },
  load: {
    kind: 'routes',
    requestTimeoutMs: 10_000,
    routes: [
      { name: 'parcel', path: '/parcels/{n}', weight: 4, expect: { contains: 'in its depot' } },
      { name: 'scan', method: 'POST', path: '/scans/{n}', weight: 2, expect: { contains: 'scanned parcel' } },
      { name: 'report', path: '/reports/{n}', weight: 1, expect: { contains: 'end of report' } },
    ],
    rude: {
      aborts: { midBody: 0.06, lastByte: 0.06 },
      halfClose: 0.06,
      pipelinedPair: 0.06,
      routes: ['report'],
    },
  },
} satisfies Scenario
