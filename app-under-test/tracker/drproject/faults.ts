/** What a failure says of itself: SQLSTATE or system error code, if it has one, and its message. */
export type Fault = { readonly code: string | null; readonly message: string }

/** A connection that failed on several addresses carries its causes in `errors`; the first one speaks. */
export function faultOf(error: unknown): Fault {
  if (error instanceof AggregateError && error.errors.length > 0) return faultOf(error.errors[0])
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null
  return { code, message: error instanceof Error ? error.message : String(error) }
}

/** No page that needs the database can be made now: no slot, no server, or no way to it. */
export const isOutage = ({ code }: Fault) => code === TOO_MANY_CONNECTIONS || (code !== null && UNREACHABLE.test(code))

/** SQLSTATE too_many_connections: "remaining connection slots are reserved" as well as "sorry, too many clients already". */
export const TOO_MANY_CONNECTIONS = '53300'

/** SQLSTATE class 08, a server that is starting or stopping, or the network's own codes. */
const UNREACHABLE = /^(08...|57P0[123]|E(CONNREFUSED|CONNRESET|TIMEDOUT|HOSTUNREACH|NOTFOUND|PIPE))$/
