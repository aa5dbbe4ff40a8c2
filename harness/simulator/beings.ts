import type { Member, Process, Session } from '../timeline/member.ts'

/** Something that lives for a part of a run: how a look shows it, or null where it is not there. */
export type Living<Moment extends At = At> = (moment: Moment) => Member | null

/** In milliseconds of the run. */
export type At = { readonly atMs: number }

/** When the record of a simulated run was opened. */
export const startedAt = '2026-11-23T06:24:00.000Z'
const startedAtEpochMs = Date.parse(startedAt)

/** The epoch milliseconds of a moment of the run. */
export const epochOf = (atMs: number): number => startedAtEpochMs + atMs

/** When something is alive, in milliseconds of the run: by default from just before the first cycle until the application is stopped. */
export type Life = { readonly fromMs?: number; readonly untilMs?: number }

const alive = ({ fromMs = 2_000, untilMs = Number.POSITIVE_INFINITY }: Life, { atMs }: At): boolean => fromMs <= atMs && atMs < untilMs

/** A server, which a restart gives another identity. */
export const server =
  (name: string, { restartedAtMs = Number.POSITIVE_INFINITY }: { readonly restartedAtMs?: number } = {}): Living =>
  ({ atMs }) => ({ kind: 'server', id: `${name}@${atMs < restartedAtMs ? 1 : 2}`, name })

/** A process of the application; that of a request if `request` is given. */
export const process =
  ({ fromMs = 2_000, untilMs, ...given }: Life & Partial<Process> & { readonly pid: number }): Living =>
  (moment) => {
    if (!alive({ fromMs, ...(untilMs !== undefined && { untilMs }) }, moment)) return null
    return {
      kind: 'process',
      id: `${given.pid}@${Math.round(fromMs / 10)}`,
      parentPid: 1,
      startedAtMs: epochOf(fromMs),
      state: 'S',
      command: 'node server.js',
      waitChannel: 'ep_poll',
      cpuMs: 310,
      threads: 7,
      runnableThreads: given.request ? 0 : null,
      residentBytes: 50_000_000,
      descriptors: 20,
      databasePorts: [],
      closeWait: 0,
      request: null,
      control: null,
      ...given,
    }
  }

export const zombie = ({ pid = 700, ...given }: Life & Partial<Process> = {}): Living => process({ state: 'Z', descriptors: null, waitChannel: '', ...given, pid })

/** An idle session, last used when it was born unless `usedAtMs` says otherwise. */
export const session =
  ({ fromMs = 2_000, untilMs, usedAtMs = fromMs, ...given }: Life & { readonly usedAtMs?: number } & Partial<Session> & { readonly pid: number }): Living =>
  (moment) => {
    if (!alive({ fromMs, ...(untilMs !== undefined && { untilMs }) }, moment)) return null
    // The server tells them in whole milliseconds.
    const backendStartMs = Math.round(epochOf(fromMs))
    const ageMs = Math.round(moment.atMs - usedAtMs)
    return {
      kind: 'session',
      id: `${given.pid}@${backendStartMs}`,
      backendStartMs,
      user: 'app',
      database: 'app',
      applicationName: '',
      clientAddress: '127.0.0.1',
      clientPort: 40_000 + given.pid,
      state: 'idle',
      waitEvent: 'ClientRead',
      transactionAgeMs: null,
      stateAgeMs: ageMs,
      queryAgeMs: ageMs,
      holdsXid: false,
      holdsXmin: false,
      relationLocks: 0,
      advisoryLocks: 0,
      query: 'SELECT 1',
      ...given,
    }
  }

/** A session that has been idle in one transaction since it was born, by default without any lock. */
export const openTransaction =
  ({ fromMs = 2_000, begunAtMs = fromMs, ...given }: Life & { readonly begunAtMs?: number } & Partial<Session> & { readonly pid: number }): Living =>
  (moment) =>
    moment.atMs < begunAtMs
      ? null
      : session({ fromMs, usedAtMs: begunAtMs, state: 'idle in transaction', transactionAgeMs: Math.round(moment.atMs - begunAtMs), query: 'SELECT time FROM ticket_change', ...given })(moment)
