import type { Exhibit } from 'lowtide'
import { loadWith, pythonTarget } from '../python/target.ts'

/** It leaks by time, also without load: two zombies a second. */
export default {
  id: 'L22-python',
  title: 'zombie for each health check',
  source: 'gh:PikoCI/pikoci#681 (9,237 zombies), gh:Dokploy/dokploy#4251, gh:moby/moby#47583: PID 1 reaps nobody',
  stack: 'python, threads, psycopg2.pool, child processes',
  scenario: {
    name: 'l22-unreaped-python',
    about: 'a health check leaves orphans to a parent that does not reap',
    target: pythonTarget('unreaped', { poolMaxPerProcess: 8 }),
    load: loadWith(),
  },
  trigger: null,
  expected: { verdict: 'leak', by: ['no zombie stays'], heal: 'permanent', route: null },
  mended: ['mended'],
} satisfies Exhibit
