import type { Exhibit } from 'lowtide'
import { nodeProgram, ordinary } from '../depot.ts'

export default {
  id: 'H10-node',
  title: 'memory of compiler and cache that reaches a plateau',
  source: 'V8 blog, Sparkplug and Maglev; gh:nodejs/node#24537',
  stack: 'node, pg',
  trigger: null,
  expected: { verdict: 'pass' },
  fast: true,
  scenario: {
    name: 'h10-bounded-cache-node',
    about: 'a cache of bounded size that fills under the load',
    target: {
      ...nodeProgram('bounded-cache', { poolMaxPerProcess: 10, idleTimeoutMs: 1_000 }),
    },
    load: {
      kind: 'routes',
      requestTimeoutMs: 5_000,
      routes: [...ordinary, { name: 'label', path: '/labels/{n}', weight: 2, expect: { contains: 'label' } }],
    },
  },
} satisfies Exhibit
