import { setTimeout as delay } from 'node:timers/promises'
import { openMonitor, type Monitor } from '../probes/monitor.ts'
import type { Stack } from '../stack/stack.ts'
import type { Wave } from './count-places.ts'
import { openRequests, type Asker, type Requests } from './requests-for-places.ts'

const pollEveryMs = 20
/** Whoever has a place has come to the locks once nobody else has for so long: a pool may open a session first. */
const settledAfterMs = 300
/** Where nobody has come by then, nobody will; and for longer the application is not kept waiting. */
const lockedWithinMs = 2_000
/** Until the requests have been answered, once the locks are gone. */
const patienceMs = 5_000

export type Locking = {
  /** The first of these whose answer waits for the locks is asked for, or the last. */
  readonly urls: readonly [string, ...string[]]
  readonly database: Pick<Stack['database'], 'adminUri' | 'appUri'>
  readonly signal: AbortSignal
}

/**
 * Asks by any request that reads a table. While a session of the harness locks all tables of the application's database, each request that has a place of the pool stands before the locks with it, and the
 * server tells how many do. Who finds no place does not come that far. So the answer does not rest on how long anything takes.
 *
 * The session is opened at once, so that it is there before the first look and never more than one. The locks are those of LOCK TABLE, and none is waited for: a table that somebody else has locked stays open.
 */
export async function askBehindLocks({ urls, database, signal }: Locking): Promise<Asker> {
  const uri = new URL(database.adminUri)
  uri.pathname = new URL(database.appUri).pathname
  const session = await openMonitor(uri.href, 'locks')
  const candidates = urls.map((url) => openRequests(url, signal))
  let chosen = candidates.length === 1 ? candidates[0] : undefined

  const wave = async (requests: Requests, sent: number): Promise<Wave> => {
    // Requests of an earlier wave that still wait would come to the locks first, and these would find fewer places.
    await requests.answered(patienceMs)
    const statuses: number[] = []
    let [waiting, areLocked] = [0, true]
    {
      await using _locks = await lockTables(session, signal)
      requests.send(sent, ({ status }) => areLocked && statuses.push(status))
      waiting = await mostWaiting(session, { isEnough: (found) => found + statuses.length >= sent, signal })
      areLocked = false
    }
    await requests.answered(patienceMs)
    // Where others have a place, an error is how some pools say that they have none left.
    const declined = waiting === 0 ? statuses.length : statuses.filter((status) => status < 500).length
    return { atOnce: waiting, declined, inVain: waiting === 0 && statuses.length === 0 }
  }
  const choose = async (): Promise<Requests> => {
    for (const candidate of candidates) if ((await wave(candidate, 1)).atOnce === 1) return candidate
    return candidates.at(-1)!
  }

  return {
    send: async (sent) => wave((chosen ??= await choose()), sent),
    waiting: () => candidates.reduce((sum, { waiting }) => sum + waiting(), 0),
    [Symbol.asyncDispose]: async () => {
      for (const candidate of candidates) candidate[Symbol.dispose]()
      await session[Symbol.asyncDispose]()
    },
  }
}

async function lockTables(session: Monitor, signal: AbortSignal): Promise<AsyncDisposable> {
  // Not by the run's signal: the application must not wait for a harness that was interrupted.
  const unlock = async (): Promise<void> => void (await session.query('ROLLBACK', [], AbortSignal.timeout(patienceMs)))
  await session.query('BEGIN', [], signal)
  try {
    await session.query(lockSql, [], signal)
  } catch (error) {
    await unlock()
    throw error
  }
  return { [Symbol.asyncDispose]: unlock }
}

/** How many sessions of the application stood before the locks at once, at most, until enough did or nobody else came. */
async function mostWaiting(session: Monitor, { isEnough, signal }: { readonly isEnough: (found: number) => boolean; readonly signal: AbortSignal }): Promise<number> {
  const beganMs = performance.now()
  let [most, sinceMs] = [0, beganMs]
  for (;;) {
    const [row] = await session.query<{ found: number }>(waitingSql, [], signal)
    const nowMs = performance.now()
    if (row !== undefined && row.found > most) [most, sinceMs] = [row.found, nowMs]
    if (isEnough(most) || nowMs - beganMs > lockedWithinMs || (most > 0 && nowMs - sinceMs > settledAfterMs)) return most
    await delay(pollEveryMs, undefined, { signal })
  }
}

/** All ordinary and partitioned tables that are nobody's temporary ones. PostgreSQL manual, "LOCK" and "Explicit Locking": ACCESS EXCLUSIVE keeps readers out as well. */
const lockSql = `DO $$
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

/** Nobody but the application waits for a table meanwhile: autovacuum passes over what it cannot lock, and the harness takes no look. pg_locks is read anew each time, unlike pg_stat_activity, which stays the same through a transaction. */
const waitingSql = `
  SELECT count(DISTINCT pid)::int AS found FROM pg_locks
  WHERE NOT granted AND locktype = 'relation' AND pg_backend_pid() = ANY (pg_blocking_pids(pid))`
