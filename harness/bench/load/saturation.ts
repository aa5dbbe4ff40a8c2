import { fileURLToPath } from 'node:url'
import type { Scenario } from '../../scenario/scenario.ts'

/** As many requests as one k6 can send to a server that costs next to nothing: what a long load costs the harness. */
export default {
  name: 'saturation',
  about: 'millions of requests at a server that costs next to nothing',
  target: { name: 'saturation', command: [process.execPath, fileURLToPath(new URL('target.ts', import.meta.url))], readyPath: '/' },
  load: {
    kind: 'routes',
    routes: [
      { name: 'page', path: '/page', weight: 6 },
      { name: 'other page', path: '/other?n={n}', weight: 3 },
      { name: 'slow page', path: '/page?after=20', weight: 1 },
    ],
  },
  profiles: { nightly: { dose: 160_000, concurrency: 30 } },
} satisfies Scenario
