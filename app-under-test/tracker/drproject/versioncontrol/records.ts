import { record, type RowOf } from '../db/record.ts'

/** A revision of a project's repository, with the commit that it is; `node` is empty until the repository has been synchronised. */
export const Revision = record({
  name: 'Revision',
  table: 'revision',
  key: ['project', 'rev'],
  columns: { project: 'text', rev: 'integer', time: 'time', author: 'text', message: 'text', node: 'text' },
})

/** What a revision did to a path: A (added), M (modified) or D (deleted). */
export const NodeChange = record({
  name: 'NodeChange',
  table: 'node_change',
  key: ['project', 'rev', 'path'],
  columns: { project: 'text', rev: 'integer', path: 'text', change: 'text' },
})

export type RevisionRow = RowOf<typeof Revision>
export type NodeChangeRow = RowOf<typeof NodeChange>
