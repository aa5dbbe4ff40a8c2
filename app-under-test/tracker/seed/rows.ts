/** Tables that a seed fills, in the order in which they can be loaded. */
export const TABLES = {
  person: ['login', 'name', 'email', 'password'],
  project: ['name', 'title', 'description', 'created', 'public'],
  role: ['project', 'name'],
  permission: ['project', 'role', 'action'],
  membership: ['project', 'login', 'role'],
  milestone: ['project', 'name', 'due', 'completed', 'description'],
  ticket: ['project', 'id', 'type', 'time', 'changetime', 'component', 'priority', 'owner', 'reporter', 'milestone', 'status', 'resolution', 'summary', 'description'],
  ticket_change: ['project', 'ticket', 'time', 'author', 'field', 'oldvalue', 'newvalue'],
  wiki: ['project', 'name', 'version', 'time', 'author', 'text', 'comment'],
  revision: ['project', 'rev', 'time', 'author', 'message'],
  node_change: ['project', 'rev', 'path', 'change'],
  message: ['project', 'id', 'time', 'author', 'subject', 'body', 'reply_to'],
  tag: ['project', 'parent_type', 'parent_id', 'name'],
} as const satisfies Readonly<Record<string, readonly string[]>>

export type Table = keyof typeof TABLES

/** Values in the order of the table's columns. */
export type Values = readonly (string | number | boolean)[]

export type SeedRow = readonly [table: Table, values: Values]

/** Rows as they are made, one after the other; whatever a row refers to comes before it. */
export type Rows = Iterable<SeedRow>

/** All of the rows, table by table: for tests, and for what is small. */
export function byTable(rows: Rows): Record<Table, Values[]> {
  const tables = Object.fromEntries(Object.keys(TABLES).map((table) => [table, []])) as unknown as Record<Table, Values[]>
  for (const [table, values] of rows) tables[table].push(values)
  return tables
}
