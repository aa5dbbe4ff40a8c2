import type { Exhibit } from 'lowtide'
import { healthyTarget, loadWith } from '../python/target.ts'

export default {
  id: 'H07-python',
  title: 'spare workers up to a maximum',
  source: 'Apache manual, "prefork": StartServers, MinSpareServers, MaxRequestWorkers',
  stack: 'python, pre-forked processes, psycopg2',
  scenario: {
    name: 'h07-spare-workers-python',
    about: 'a server that starts workers, each with its connection, while too few are idle',
    // The parent and its first three.
    target: healthyTarget('spare_workers', { poolMaxPerProcess: 1, workers: 4 }),
    load: loadWith(),
  },
  trigger: null,
  expected: { verdict: 'pass' },
} satisfies Exhibit
