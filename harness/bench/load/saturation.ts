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
  // Five million: in the cycles of one round, eight times the dose, and half of it in each of the baseline's three, without the equal times that a night gives to its cycles. The budget is for what a
  // warm-up of half a second promises: the run is through in a fiftieth of it.
  profiles: { repro: { dose: 530_000, concurrency: 30, budgetMs: 24 * 3_600_000 } },
} satisfies Scenario
