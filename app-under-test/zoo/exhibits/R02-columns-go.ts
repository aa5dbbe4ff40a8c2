import type { Exhibit } from 'lowtide'
import { ordinary } from '../depot.ts'
import { revertedInGo } from '../reverts/reverted.ts'

export default {
  id: 'R02-go',
  title: 'GORM 1.20.0: whoever asks for the columns of a table keeps a connection',
  source: 'gh:go-gorm/gorm#3432, gh:go-gorm/gorm#3433; mended in 1.20.1',
  stack: 'go, gorm, pgx',
  trigger: 'columns',
  expected: { verdict: 'leak', by: ['no place of the pool is lost', 'sessions do not grow with the dose'], heal: 'permanent', route: 'columns' },
  mended: ['mended'],
  scenario: {
    name: 'r02-columns-go',
    about: 'a page shows what columns a table has',
    target: revertedInGo('columns'),
    load: {
      kind: 'routes',
      requestTimeoutMs: 5_000,
      routes: [...ordinary, { name: 'columns', path: '/columns', expect: { contains: 'a parcel has' } }],
    },
  },
} satisfies Exhibit
