import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { openMonitor, type Monitor } from '../probes/monitor.ts'
import { adminInside } from '../stack/roles.ts'
import type { Stack } from '../stack/stack.ts'
import type { Wave } from './count-places.ts'
import { openRequests, type Asker, type Requests, type UrlOf } from './requests-for-places.ts'

const pollEveryMs = 20
/** Whoever has a place has come to the lock once nobody else has for so long: a pool may open a session first. */
const settledAfterMs = 300
/** From the first that comes on, the application is kept waiting for no longer. */
const lockedForMs = 1_000
/** Where nobody has come by then, nobody will. */
const nobodyWithinMs = 2_000
/** Whoever else has locked the table, such as autovacuum, gets so long to be done with it. */
const lockWithinMs = 3_000
/** A request that reads a table may find it locked by somebody else, and passes then unseen. Those that did not wait so often read none. */
const mostChoices = 3
/** Until the requests have been answered, once the lock is gone. */
const patienceMs = 5_000

export type Locking = {
  /** Of these requests the first that waits for a lock is the one that is sent. */
  readonly urls: readonly UrlOf[]
  readonly database: Pick<Stack['database'], 'adminUri' | 'appUri'>
  readonly signal: AbortSignal
}

/** A request, and the table for which it was seen to wait, as SQL names it. */
type Chosen = { readonly requests: Requests; readonly table: string }

/**
 * Asks by any request that reads a table. While a session of the harness locks that table, each request that has a place of the pool stands before the lock with it, and the server tells how many do. Who finds no
 * place does not come that far. So the answer does not rest on how long anything takes. Which table it is, a first request tells for which all are locked.
 *
 * The session is opened at once, so that it is there before the first look and never more than one. It never queues for its lock, since all others would have to queue behind it.
 */
export async function askBehindLocks({ urls, database, signal }: Locking): Promise<Asker> {
  const session = await openMonitor(adminInside(database), 'locks')
  const candidates = urls.map((urlOf) => openRequests(urlOf, signal))
  let chosen: Chosen | null = null
  let choices = 0

  /** `unanswered`: it came to no lock either, as where no place is left. */
  const choose = async (): Promise<Chosen | 'answered' | 'unanswered'> => {
    let none: 'answered' | 'unanswered' = 'answered'
    for (const requests of candidates) {
      await using _locks = await locked(session, lockAllSql, signal)
      let isAnswered = false
      requests.send(1, () => (isAnswered = true))
      const { table } = await waitingMost(session, { isEnough: (found) => found > 0 || isAnswered, signal })
      if (table !== null) return { requests, table }
      if (!isAnswered) none = 'unanswered'
    }
    return none
  }
  const wave = async ({ requests, table }: Chosen, sent: number): Promise<Wave> => {
    // Requests of an earlier wave that still wait would come to the lock first, and these would find fewer places.
    await requests.answered(patienceMs)
    const statuses: number[] = []
    let [waiting, isLocked] = [0, true]
    {
      await using lock = await lockedInTime(session, table, signal)
      if (lock === null) return { atOnce: 0, declined: sent, inVain: false }
      requests.send(sent, ({ status }) => isLocked && statuses.push(status))
      const { found } = await waitingMost(session, { isEnough: (count) => count + statuses.length >= sent, signal })
      // Others of the application's may wait for the same table.
      waiting = Math.min(sent, found)
      isLocked = false
    }
    await requests.answered(patienceMs)
    // An error is how some pools say that they have no place left.
    return { atOnce: waiting, declined: statuses.filter((status) => status > 0 && status < 500).length, inVain: waiting === 0 && statuses.length === 0 }
  }

  return {
    send: async (sent) => {
      const choice = chosen ?? (choices < mostChoices ? await choose() : 'answered')
      if (choice === 'answered') {
        choices += 1
        return { atOnce: 0, declined: sent, inVain: false }
      }
      if (choice === 'unanswered') return { atOnce: 0, declined: 0, inVain: true }
      return wave((chosen = choice), sent)
    },
    waiting: () => candidates.reduce((sum, { waiting }) => sum + waiting(), 0),
    [Symbol.asyncDispose]: async () => {
      for (const candidate of candidates) candidate[Symbol.dispose]()
      await session[Symbol.asyncDispose]()
    },
  }
}

/** Rejects, with nothing locked, where a lock cannot be had. */
async function locked(session: Monitor, sql: string, signal: AbortSignal): Promise<AsyncDisposable> {
  const unlock = async (): Promise<void> => {
    // What a lost session had locked the server has released. Not by the run's signal: the application must not wait for a harness that was interrupted.
    if (!session.isLost()) await session.query('ROLLBACK', [], AbortSignal.timeout(patienceMs))
  }
  await session.query('BEGIN', [], signal)
  try {
    await session.query(sql, [], signal)
  } catch (error) {
    await unlock().catch(() => {})
    throw error
  }
  return { [Symbol.asyncDispose]: unlock }
}

/** null where somebody else keeps it locked. */
async function lockedInTime(session: Monitor, table: string, signal: AbortSignal): Promise<AsyncDisposable | null> {
  for (const beganMs = performance.now(); performance.now() - beganMs < lockWithinMs; await delay(5 * pollEveryMs, undefined, { signal })) {
    try {
      return await locked(session, `LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE NOWAIT`, signal)
    } catch (error) {
      if (!(error instanceof pg.DatabaseError && error.code === lockNotAvailable)) throw error
    }
  }
  return null
}

/** How many sessions stood before a lock of ours at once, at most, until enough did or nobody else came; and before which table the most. */
async function waitingMost(session: Monitor, { isEnough, signal }: { readonly isEnough: (found: number) => boolean; readonly signal: AbortSignal }): Promise<{ readonly found: number; readonly table: string | null }> {
  const beganMs = performance.now()
  let [most, firstMs, lastMs]: [Waiting | null, number, number] = [null, 0, 0]
  for (;;) {
    const [row] = await session.query<Waiting>(waitingSql, [], signal)
    const nowMs = performance.now()
    if (row !== undefined && row.found > (most?.found ?? 0)) {
      if (most === null) firstMs = nowMs
      ;[most, lastMs] = [row, nowMs]
    }
    const isOver = most === null ? nowMs - beganMs > nobodyWithinMs : nowMs - lastMs > settledAfterMs || nowMs - firstMs > lockedForMs
    if (isOver || isEnough(most?.found ?? 0)) return { found: most?.found ?? 0, table: most?.table ?? null }
    await delay(pollEveryMs, undefined, { signal })
  }
}

/** PostgreSQL manual, "PostgreSQL Error Codes": lock_not_available. */
const lockNotAvailable = '55P03'

/**
 * Locks what nobody else has locked of the ordinary and partitioned tables, but for temporary ones. PostgreSQL manual, "LOCK" and "Explicit Locking": ACCESS EXCLUSIVE keeps readers out as well.
 */
const lockAllSql = `DO $$
  DECLARE one text;
  BEGIN
    FOR one IN
      SELECT c.oid::regclass FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
      WHERE c.relkind IN ('r', 'p') AND c.relpersistence <> 't' AND n.nspname NOT IN ('pg_catalog', 'information_schema') ORDER BY c.oid
    LOOP
      BEGIN
        EXECUTE 'LOCK TABLE ' || one || ' IN ACCESS EXCLUSIVE MODE NOWAIT';
      EXCEPTION WHEN lock_not_available OR undefined_table THEN NULL;
      END;
    END LOOP;
  END $$`

type Waiting = { readonly table: string; readonly found: number }

/** Autovacuum passes over what it cannot lock, and the harness takes no look meanwhile. pg_locks is read anew each time, unlike pg_stat_activity, which stays the same through a transaction. */
const waitingSql = `
  SELECT relation::regclass::text AS table, count(DISTINCT pid)::int AS found FROM pg_locks
  WHERE NOT granted AND locktype = 'relation' AND pg_backend_pid() = ANY (pg_blocking_pids(pid))
  GROUP BY relation ORDER BY found DESC LIMIT 1`
