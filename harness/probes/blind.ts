import pg from 'pg'
import type { Blind } from '../timeline/entry.ts'

/** The record's word for a probe, or the control, that has seen the last it will see, because of `error`. */
export const blindOf = (probe: string, error: unknown): Blind => {
  const sqlstate = sqlstateOf(error)
  return { kind: 'blind', probe, reason: reasonOf(error), ...(sqlstate !== undefined && { sqlstate }) }
}

export const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? ''

const sqlstateOf = (error: unknown): string | undefined => (error instanceof pg.DatabaseError ? error.code : error instanceof Error ? sqlstateOf(error.cause) : undefined)
