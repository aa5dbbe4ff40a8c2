import type { Exhibit } from 'lowtide'
import { nodeProgram, ordinary } from '../depot.ts'

export default {
  id: 'H04-node',
  title: 'streams of events that are still connected',
  source: 'gh:galaxyproject/galaxy#22940, gh:open-webui/open-webui#28183',
  stack: 'node, pg',
  trigger: null,
  expected: { verdict: 'pass' },
  fast: true,
  scenario: {
    name: 'h04-open-streams-node',
    about: 'five streams of events that their subscriber keeps open',
    target: {
      ...nodeProgram('open-streams', { poolMaxPerProcess: 10, listeners: 5, idleTimeoutMs: 1_000 }),
    },
    load: {
      kind: 'routes',
      requestTimeoutMs: 5_000,
      routes: [...ordinary],
    },
  },
} satisfies Exhibit
