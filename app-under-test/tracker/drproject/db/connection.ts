import pg from 'pg'

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
  const client = new pg.Client({ connectionString: url, application_name: 'drproject' })
  let broken = false
  let inTransaction = false
  client.on('error', () => void (broken = true))
  await client.connect()

  return {
    query: async (text, values) => {
      if (!inTransaction) {
        inTransaction = true
        await client.query('BEGIN')
      }
      const result = await client.query<Value[]>({ ...statementName(text), text, values: [...values], rowMode: 'array' })
      return result.rows
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

/** The same text is parsed once per session. Only the first few hundred texts are kept: those of custom queries have no end. */
function statementName(text: string): { readonly name?: string } {
  const known = statementNames.get(text)
  if (known) return { name: known }
  if (statementNames.size >= MOST_STATEMENTS) return {}
  const name = `s${statementNames.size}`
  statementNames.set(text, name)
  return { name }
}

const statementNames = new Map<string, string>()

const MOST_STATEMENTS = 500
