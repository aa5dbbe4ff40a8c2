import pg from 'pg'
import { execute, type Statement } from './execution.ts'
import { answerSocket } from './socket.ts'

/** One PostgreSQL session. A transaction opens with the first statement and lasts until the rollback, as the DB-API has it. */
export type Connection = {
  /** Rows as arrays, in the order of the columns. */
  readonly query: (text: string, values: readonly Value[]) => Promise<Value[][]>
  /** Ends the transaction and keeps what it did. Throws if the server could not. */
  readonly commit: () => Promise<void>
  /** Ends the transaction, if there is one, and undoes it. Sent at once and not waited for: the next statement queues behind it. */
  readonly rollback: () => void
  readonly broken: () => boolean
  readonly end: () => Promise<void>
}

export type Value = string | number | boolean | Uint8Array

/** Throws pg's error: SQLSTATE in `code` when it was the server that refused. */
export async function connect(url: string): Promise<Connection> {
  const client = new pg.Client({ connectionString: url, application_name: 'drproject', stream: answerSocket })
  let broken = false
  let inTransaction = false
  client.on('error', () => void (broken = true))
  await client.connect()

  const statements = new Map<string, Statement>()
  /** Only the first few hundred texts are prepared: those of custom queries have no end. */
  const statementOf = (text: string): Statement => {
    const known = statements.get(text)
    if (known) return known
    const named = statements.size < MOST_STATEMENTS
    const statement = { text, name: named ? `s${statements.size}` : '', prepared: false, parsers: [] }
    if (named) statements.set(text, statement)
    return statement
  }

  return {
    query: (text, values) => {
      const begin = !inTransaction
      inTransaction = true
      return execute(client, statementOf(text), values, begin)
    },
    commit: async () => {
      if (!inTransaction) return
      inTransaction = false
      const { command } = await client.query('COMMIT')
      // Of a transaction in which a statement failed PostgreSQL makes a rollback, and calls that a success.
      if (command !== 'COMMIT') throw new Error('Nothing was kept: a statement of the transaction had failed.')
    },
    rollback: () => {
      if (!inTransaction) return
      inTransaction = false
      client.query('ROLLBACK').catch(() => void (broken = true))
    },
    broken: () => broken,
    end: () => client.end(),
  }
}

const MOST_STATEMENTS = 500
