import { PRIORITIES, RESOLUTIONS, STATUSES, TYPES } from '../fields.ts'

/** What a query can ask for and show: the only names that ever get into its SQL. */
export const COLUMNS = {
  id: { label: 'Ticket', kind: 'number' },
  summary: { label: 'Summary', kind: 'text' },
  type: { label: 'Type', kind: 'choice', of: TYPES, groups: true },
  status: { label: 'Status', kind: 'choice', of: STATUSES, groups: true },
  resolution: { label: 'Resolution', kind: 'choice', of: RESOLUTIONS, groups: true, optional: true },
  priority: { label: 'Priority', kind: 'choice', of: PRIORITIES, groups: true },
  milestone: { label: 'Milestone', kind: 'text', groups: true, optional: true },
  component: { label: 'Component', kind: 'text', groups: true, optional: true },
  owner: { label: 'Owner', kind: 'text', groups: true, optional: true },
  reporter: { label: 'Reporter', kind: 'text', groups: true },
  time: { label: 'Opened', kind: 'day' },
  changetime: { label: 'Changed', kind: 'day' },
  description: { label: 'Description', kind: 'text', optional: true },
} as const satisfies Readonly<Record<string, ColumnOf>>

/** A choice has an order of its own; a day is kept as seconds. Tickets can be grouped by what many have in common; what is optional may be empty. */
type ColumnOf = { readonly label: string; readonly groups?: true; readonly optional?: true } & ({ readonly kind: 'number' | 'text' | 'day' } | { readonly kind: 'choice'; readonly of: readonly string[] })

export type Column = keyof typeof COLUMNS

export const COLUMN_NAMES = Object.keys(COLUMNS) as readonly Column[]

export const GROUPING: readonly Column[] = COLUMN_NAMES.filter((column) => 'groups' in COLUMNS[column])

export const isColumn = (name: string): name is Column => Object.hasOwn(COLUMNS, name)
