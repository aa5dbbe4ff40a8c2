import { claims } from '../testing/claims.ts'
import { entriesOf, factsOf, fold } from '../testing/timeline-of.ts'
import theApplicationUsesItsDatabase from './the-application-uses-its-database.ts'

/** A run in which a look that is the `nth` of those before the control shows so many sessions in the log's books. */
const logged = (of: (nth: number) => { readonly opened: number; readonly live: number }) => {
  let nth = 0
  return fold(
    factsOf(),
    entriesOf().map((entry) => {
      if (entry.kind !== 'look') return entry
      const { opened, live } = entry.reading === 'control-planted' ? { opened: 6, live: 5 } : of(nth++)
      return { ...entry, counters: { ...entry.counters, 'log.opened': opened, 'log.live': live } }
    }),
  )
}

claims(theApplicationUsesItsDatabase, [
  ['an older record, without that ledger', {}, 'not judged'],
  ['a pool that was opened at the start', logged(() => ({ opened: 4, live: 4 })), 'pass', /^up to 4 sessions at rest, 0 opened since the load began$/],
  ['a session a request', logged((nth) => ({ opened: nth, live: 0 })), 'pass', /^no session at rest, \d+ opened/],
  ['more than a thousand, and one that stays', logged((nth) => ({ opened: nth * 1_500, live: 1 })), 'pass', /^up to 1 session at rest, \d+,\d{3} opened/],
  ['none but that of the seed, and those that the run plants', logged(() => ({ opened: 1, live: 0 })), 'inconclusive', /had no session in the database of this run, and opened none/],
])
