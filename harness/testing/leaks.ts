import { type Being, hungRequest, openTransaction, process, session, startOf, zombie } from './timeline-of.ts'

/** Leaks that a run must find, each born in the cycle that is asked for; `nth` keeps their identities apart. */
export const leaks: Readonly<Record<string, (cycle: number, nth: number) => readonly Being[]>> = {
  'a hung request': (cycle, nth) => hungRequest({ cycle, pid: 6_000 + nth * 2 }),
  'a transaction with locks in a pooled session': (cycle, nth) => [openTransaction({ pid: 6_200 + nth, fromMs: startOf(cycle) + 900, relationLocks: 2 })],
  'a transaction with a snapshot': (cycle, nth) => [openTransaction({ pid: 6_400 + nth, fromMs: startOf(cycle) + 900, holdsXmin: true })],
  'a zombie': (cycle, nth) => [zombie({ pid: 6_600 + nth, fromMs: startOf(cycle) + 900 })],
  'a prepared transaction': (cycle, nth) => [({ atMs }) => (atMs < startOf(cycle) + 900 ? null : { kind: 'prepared-transaction', id: `gid-${nth}`, owner: 'app', ageMs: atMs - startOf(cycle) - 900 })],
  'an advisory lock': (cycle, nth) => [session({ pid: 6_800 + nth, fromMs: startOf(cycle) + 900, advisoryLocks: 1 })],
  'a socket in CLOSE_WAIT': (cycle, nth) => [({ atMs, ...moment }) => process({ pid: 7_000 + nth, closeWait: atMs > startOf(cycle) + 900 ? 1 : 0 })({ atMs, ...moment })],
}
