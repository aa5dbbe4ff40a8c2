import type { Outcome } from '../journey/plan.ts'
import type { Request } from '../journey/request.ts'
import type { Answer } from './answers.ts'
import type { Waited } from './connection.ts'

/** What came of one request of an act. `note` says what happened where it was not quite, or not at all, what the act is. */
export type Done = { readonly outcome: Outcome; readonly status: number; readonly errorCode: number; readonly note?: string }

/** Done as it is told. `status` where one was seen. */
export const asTold = (status: number, note?: string): Done => ({ outcome: 'counted', status, errorCode: 0, ...(note === undefined ? {} : { note }) })

/** A whole answer, held against what the request expects of it. */
export const judged = ({ status, text }: Answer, request: Request): Done => {
  if (!isExpected(status, request)) return otherwise(status)
  const { contains } = request.expect ?? {}
  return contains === undefined || text().includes(contains) ? asTold(status) : { ...otherwise(status), note: 'the answer was not as expected' }
}

/** Whether a request expects an answer of this status; 200 where it says nothing. */
export const isExpected = (status: number, { expect: { status: expected = 200 } = {} }: Request): boolean => (typeof expected === 'number' ? status === expected : expected(status))

/** It is told so that an act which comes to nothing is no riddle. */
export const otherwise = (status: number): Done => ({ outcome: 'unexpected', status, errorCode: 0, note: `the answer had status ${status}` })

/** As k6 numbers faults. */
const faults = { late: 1050, ended: 1000, broken: 1220, refused: 1212 }

/** No answer, or not all of one. */
export const without = (waited: Exclude<Waited, 'so'>): Done => {
  switch (waited) {
    case 'late':
      return { outcome: 'timed-out', status: 0, errorCode: faults.late }
    case 'ended':
      return { outcome: 'broken', status: 0, errorCode: faults.ended, note: 'the server closed the connection without an answer' }
    case 'broken':
      return { outcome: 'broken', status: 0, errorCode: faults.broken, note: 'the server broke the connection off' }
    default:
      return waited satisfies never
  }
}

/** Whether the server ended without an answer, which some acts may well bring about. */
export const isFarewell = ({ errorCode }: Done): boolean => errorCode === faults.ended

/** What threw while it was done: a path that cannot be sent, or the request's own expectation. */
export const thrown = (error: unknown): Done => ({ ...otherwise(0), note: `it could not be done: ${error instanceof Error ? error.message : String(error)}` })

/** Why there was no connection. */
export const notConnected = (error: Error & { readonly code?: string }): Done => ({ outcome: 'broken', status: 0, errorCode: error.code === 'ECONNREFUSED' ? faults.refused : faults.broken, note: `no connection: ${error.code ?? error.message}` })
