import type { Exhibit } from 'lowtide'
import { nodeProgram, ordinary } from '../depot.ts'

export default {
  id: 'H08-node',
  title: 'keep-alive and TIME_WAIT',
  source: 'Node manual, http.Agent; RFC 9293, 3.6',
  stack: 'node, pg',
  trigger: null,
  expected: { verdict: 'pass' },
  fast: true,
  scenario: {
    name: 'h08-keep-alive-node',
    about: 'connections to an upstream, kept alive or left in TIME_WAIT',
    target: {
      ...nodeProgram('keep-alive', { poolMaxPerProcess: 10, idleTimeoutMs: 1_000 }),
    },
    load: {
      kind: 'routes',
      requestTimeoutMs: 5_000,
      routes: [...ordinary, { name: 'weather', path: '/weather/{n}', expect: { contains: 'the weather is fair' } }],
    },
  },
} satisfies Exhibit
