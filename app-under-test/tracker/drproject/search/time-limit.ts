import type { Environment } from '../environment.ts'
import { faultOf } from '../faults.ts'

/** Does `work`, which reads from the database and no statement of which may take longer than `ms`. Null if one did: the server has stopped it. */
export async function withTimeLimit<T>(env: Environment, ms: number, work: () => Promise<T>): Promise<T | null> {
  using locals = env.heap.frame()
  // While this wrapper is held, whatever `work` selects is in one transaction with the limit.
  const cnx = await env.getCnx()
  locals.own(cnx.object)
  try {
    await cnx.query(`SET LOCAL statement_timeout = ${ms}`, [])
    const result = await work()
    await cnx.query('SET LOCAL statement_timeout TO DEFAULT', [])
    return result
  } catch (error) {
    cnx.rollback()
    if (faultOf(error).code === QUERY_CANCELED) return null
    throw error
  } finally {
    cnx.close()
  }
}

/** SQLSTATE query_canceled. */
const QUERY_CANCELED = '57014'
