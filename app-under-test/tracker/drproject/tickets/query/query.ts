import { BadRequest } from '../../web/http.ts'
import { parseDay } from '../../web/time.ts'
import { OPEN_STATUSES } from '../fields.ts'
import { COLUMN_NAMES, COLUMNS, GROUPING, isColumn, type Column } from './columns.ts'

/** Which tickets, in what order, and what is shown of them. */
export type TicketQuery = {
  /** All must hold. */
  readonly filters: readonly Filter[]
  readonly order: Column
  readonly descending: boolean
  readonly group: Column | null
  readonly columns: readonly Column[]
  /** Rows of a page. */
  readonly max: number
}

/** One of the values must hold; of `is not`, all. An empty value: nothing is set there. */
export type Filter = { readonly column: Column; readonly mode: Mode; readonly values: readonly string[] }

export type Mode = 'is' | 'is not' | 'contains' | 'since' | 'before'

/** As Trac writes them before a value in the address: `owner=ada&summary=~crash&milestone=!`, and two more for days. */
const PREFIXES: Readonly<Record<Mode, string>> = { is: '', 'is not': '!', contains: '~', since: '>', before: '<' }

export const modesOf = (column: Column): readonly Mode[] => MODES[COLUMNS[column].kind]

const MODES = { number: ['is', 'is not'], text: ['is', 'is not', 'contains'], choice: ['is', 'is not', 'contains'], day: ['since', 'before'] } as const

/** Stands for the login of whoever looks. */
export const THE_VISITOR = '$USER'

/** Reads an address; one that asks for nothing asks for the open tickets. Throws BadRequest, in words. */
export function parseQuery(args: URLSearchParams): TicketQuery {
  const asked = [...new Set(args.keys())]
  for (const name of asked) if (!isColumn(name) && !SETTINGS.has(name)) throw new BadRequest(`Tickets have no "${name.slice(0, 40)}". Use one of: ${COLUMN_NAMES.join(', ')}.`)
  if (!asked.some((name) => isColumn(name) || name === 'order')) return parseQuery(withDefaults(args))
  const max = args.get('max') || String(DEFAULT_MAX)
  if (!/^[1-9]\d{0,2}$/.test(max)) throw new BadRequest(`max: "${max.slice(0, 40)}" is not a whole number from 1 to 999.`)
  const columns = args.getAll('col').map((name) => columnNamed('col', name, COLUMN_NAMES))
  return {
    filters: filtersOf(args),
    order: columnNamed('order', args.get('order') || 'priority', COLUMN_NAMES),
    descending: args.get('desc') === '1',
    group: args.get('group') ? columnNamed('group', args.get('group') ?? '', GROUPING) : null,
    columns: columns.length > 0 ? [...new Set(columns)] : DEFAULT_COLUMNS,
    max: Number(max),
  }
}

const SETTINGS: ReadonlySet<string> = new Set(['order', 'desc', 'group', 'col', 'max', 'page', 'format', 'add'])

const DEFAULT_MAX = 100

const DEFAULT_COLUMNS: readonly Column[] = ['id', 'summary', 'status', 'priority', 'milestone', 'component', 'owner']

const withDefaults = (args: URLSearchParams) => new URLSearchParams([...args, ...OPEN_STATUSES.map((status): [string, string] => ['status', status]), ['order', 'priority']])

/** Those tickets for which all of these hold, as lists show them. */
export const queryFor = (...filters: readonly Filter[]): TicketQuery => ({ filters, order: 'priority', descending: false, group: null, columns: DEFAULT_COLUMNS, max: DEFAULT_MAX })

/** The address of a query: `parseQuery` reads it again. */
export function queryArgs({ filters, order, descending, group, columns, max }: TicketQuery): URLSearchParams {
  const args: [string, string][] = [
    ...filters.flatMap(({ column, mode, values }) => values.map((value): [string, string] => [column, encoded(mode, value)])),
    ['order', order],
  ]
  if (descending) args.push(['desc', '1'])
  if (group) args.push(['group', group])
  if (columns.join() !== DEFAULT_COLUMNS.join()) for (const column of columns) args.push(['col', column])
  if (max !== DEFAULT_MAX) args.push(['max', String(max)])
  return new URLSearchParams(args)
}

/** A value with its mode before it; one that looks as if it had a mode already gets a `=`. */
export const encoded = (mode: Mode, value: string): string => PREFIXES[mode] + (mode === 'is' && /^[!~=]/.test(value) ? `=${value}` : value)

function filtersOf(args: URLSearchParams): Filter[] {
  const filters = new Map<string, { column: Column; mode: Mode; values: string[] }>()
  let left = MOST_VALUES
  for (const [name, text] of args) {
    if (!isColumn(name)) continue
    const { mode, value } = decoded(name, text)
    if (left-- === 0) throw new BadRequest(`That is more than ${MOST_VALUES} values to look for. Ask for fewer.`)
    if (mode === 'contains' && value === '') continue
    const filter = filters.get(`${name} ${mode}`) ?? { column: name, mode, values: [] }
    filters.set(`${name} ${mode}`, filter)
    if (!filter.values.includes(value)) filter.values.push(value)
  }
  return [...filters.values()]
}

const MOST_VALUES = 100

function decoded(column: Column, text: string): { readonly mode: Mode; readonly value: string } {
  const { kind } = COLUMNS[column]
  const mode = modesOf(column).find((possible) => PREFIXES[possible] !== '' && text.startsWith(PREFIXES[possible])) ?? 'is'
  const value = text.slice(PREFIXES[mode].length).replace(mode === 'is' ? /^=/ : '', '')
  if (kind === 'day' && (mode === 'is' || !parseDay(value))) throw new BadRequest(`${column}: "${text.slice(0, 40)}" is not a day. Use ${column}=>2006-03-01 for that day and after, ${column}=<2006-03-01 for before.`)
  if (kind === 'number' && !/^\d{1,9}$/.test(value)) throw new BadRequest(`${column}: "${text.slice(0, 40)}" is not the number of a ticket.`)
  if (value.length > LONGEST_VALUE) throw new BadRequest(`${column}: that is longer than ${LONGEST_VALUE} characters.`)
  return { mode, value }
}

const LONGEST_VALUE = 200

function columnNamed(setting: string, name: string, among: readonly Column[]): Column {
  const column = among.find((known) => known === name)
  if (!column) throw new BadRequest(`${setting}: "${name.slice(0, 40)}" is not possible. Use one of: ${among.join(', ')}.`)
  return column
}
