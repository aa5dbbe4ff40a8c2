import type { Environment } from '../environment.ts'
import type { Value } from './connection.ts'

/** Rows of a statement that no record can say: counts, groups, the newest of something. `$1` and so on stand for the values. Throws pg's error. */
export async function read(env: Environment, text: string, values: readonly Value[]): Promise<Value[][]> {
  using locals = env.heap.frame()
  const cnx = await env.getCnx()
  locals.own(cnx.object)
  try {
    return await cnx.query(text, values)
  } catch (error) {
    // Where other wrappers keep the transaction open, nobody could read in it any more.
    cnx.rollback()
    throw error
  } finally {
    cnx.close()
  }
}
