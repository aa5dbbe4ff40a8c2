/** What a server logs as it ends a session by a time-out of its own: PostgreSQL manual, "PostgreSQL Error Codes". */
export const serverTimeouts: Readonly<Record<string, string>> = {
  '25P03': 'idle_in_transaction_session_timeout',
  '25P04': 'transaction_timeout',
  '57P05': 'idle_session_timeout',
}
