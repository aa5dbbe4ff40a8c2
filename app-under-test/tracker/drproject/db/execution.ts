import pg from 'pg'
import type { Value } from './connection.ts'

/** A statement of one session. Prepared once, under its name; without a name each time. */
export type Statement = { readonly text: string; readonly name: string; prepared: boolean; parsers: readonly Parser[] }

type Parser = (text: string) => Value

/** Runs the statement; `begin` opens a transaction first, on the same way there. Throws pg's error. */
export const execute = (client: pg.Client, statement: Statement, values: readonly Value[], begin: boolean): Promise<Value[][]> =>
  new Promise((resolve, reject) => client.query(new Execution(statement, values, begin, resolve, reject)))

/**
 * What pg's client sends in place of a query of pg's own. That one has the server describe the columns again each time, which is a third of what a small
 * select costs: here they are described when the statement is prepared.
 */
class Execution implements pg.Submittable {
  readonly #statement: Statement
  readonly #values: readonly Value[]
  readonly #begin: boolean
  readonly #resolve: (rows: Value[][]) => void
  readonly #reject: (error: Error) => void
  readonly #rows: Value[][] = []

  constructor(statement: Statement, values: readonly Value[], begin: boolean, resolve: (rows: Value[][]) => void, reject: (error: Error) => void) {
    this.#statement = statement
    this.#values = values
    this.#begin = begin
    this.#resolve = resolve
    this.#reject = reject
  }

  submit(connection: pg.Connection) {
    const { text, name, prepared } = this.#statement
    connection.stream.cork()
    if (this.#begin) {
      connection.parse({ name: '', text: 'BEGIN', types: [] }, true)
      connection.bind({}, true)
      connection.execute({}, true)
    }
    if (!prepared) {
      // An attempt that failed may have left one of that name behind.
      connection.close({ type: 'S', name }, true)
      connection.parse({ name, text, types: [] }, true)
      connection.describe({ type: 'S', name }, true)
    }
    connection.bind({ statement: name, values: this.#values.map(parameter) }, true)
    connection.execute({}, true)
    connection.sync()
    connection.stream.uncork()
  }

  handleRowDescription({ fields }: { readonly fields: readonly pg.FieldDef[] }) {
    this.#statement.parsers = fields.map(({ dataTypeID }) => pg.types.getTypeParser(dataTypeID, 'text') as Parser)
  }

  handleDataRow({ fields }: { readonly fields: readonly (string | null)[] }) {
    const { parsers } = this.#statement
    this.#rows.push(fields.map((field, i) => (field === null ? field : parsers[i]!(field))) as Value[])
  }

  handleCommandComplete() {}

  handleReadyForQuery() {
    this.#statement.prepared = this.#statement.name !== ''
    this.#resolve(this.#rows)
  }

  handleError(error: Error) {
    this.#statement.prepared = false
    this.#reject(error)
  }
}

function parameter(value: Value): string | Buffer {
  return typeof value === 'object' ? Buffer.from(value.buffer, value.byteOffset, value.byteLength) : String(value)
}
