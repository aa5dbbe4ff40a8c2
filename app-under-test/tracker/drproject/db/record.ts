import { entryPoint } from '../component.ts'
import type { Heap } from '../cpython/collector.ts'
import type { PyObject } from '../cpython/memory.ts'
import { forLoop, listComprehension, setAttributes } from '../cpython/interpreter.ts'
import type { Environment } from '../environment.ts'
import { converterOf, IFieldConverter, rowReader, type Columns, type Field, type Row } from './columns.ts'
import type { Value } from './connection.ts'
import type { Condition, Criterion, Order } from './criteria.ts'

/**
 * The base of every object in the tracker: it knows its table, its key and what belongs to each row, and selects all of that itself.
 * Bare values among the criteria are matched with the key's columns, in order: `Ticket.select(env, 'All', 12)`.
 */
export function record<const C extends Columns, R extends object = {}>(definition: Definition<C, R>): RecordClass<Found<C, R>, C> {
  const { name, table, key, columns } = definition
  const relations = Object.entries<SelectRelated<C>>(definition.related ?? {}).map(([relation, selectRelated]) => ({ relation, selectRelated }))
  const columnNames = Object.keys(columns)
  const selectFrom = `SELECT ${columnNames.join(', ')} FROM ${table} WHERE `
  const selectInOrderOfKey = remembered((where) => `${selectFrom}${where} ORDER BY ${key.join(', ')}`)
  const readerFor = rowReader(columns, relations.map(({ relation }) => relation))

  const select = async (env: Environment, ...criteria: Criterion[]): Promise<Selection<Found<C, R>>> => {
    const { heap } = env
    if (env.variant === 'collect-per-select') heap.collect()

    // What CPython allocates for the call, in its order; `locals` lets go of all of it on return.
    using locals = heap.frame()
    const converters = entryPoint(heap, env.components, IFieldConverter)
    locals.own(converters.object)
    const criteriaTuple = locals.alloc('tuple', [], { size: criteria.length })
    const params: Value[] = []
    const paramsList = locals.alloc('list')
    const cells = { params: locals.alloc('cell', [paramsList]), cnx: locals.alloc('cell'), render: locals.alloc('cell') }

    const cnx = await env.getCnx()
    heap.link(cells.cnx, locals.own(cnx.object))
    try {
      const placeholder = (column: string, field: Field) => cnx.placeholder(params.push(converterOf(columns[column] ?? 'text', converters.implementations()).toColumn(field)))
      // Danger: `render` calls itself, so its closure holds it: function -> tuple -> cell -> function, and beside it the cell with the connection.
      // Once select has returned nothing refers to that ring, and nothing but the cyclic collector will ever find it.
      const render = (criterion: string | number | Condition, position = 0): string => {
        if (typeof criterion !== 'object') return `${key[position]} = ${placeholder(key[position] ?? '', criterion)}`
        if ('column' in criterion) named(criterion.column)
        switch (criterion.kind) {
          case 'since':
            return `${criterion.column} >= ${placeholder(criterion.column, criterion.field)}`
          case 'until':
            return `${criterion.column} <= ${placeholder(criterion.column, criterion.field)}`
          case 'is':
            return `${criterion.column} = ${placeholder(criterion.column, criterion.field)}`
          case 'is not':
            return `${criterion.column} <> ${placeholder(criterion.column, criterion.field)}`
          case 'contains':
            return `${criterion.column} ILIKE ${placeholder(criterion.column, `%${criterion.text.replaceAll(/[\\%_]/g, '\\$&')}%`)}`
          case 'all':
            return criterion.of.map((part) => render(part)).join(' AND ') || 'TRUE'
          case 'any':
            return `(${criterion.of.map((part) => render(part)).join(' OR ') || 'FALSE'})`
          default:
            return criterion satisfies never
        }
      }
      const renderObject = locals.alloc('function')
      heap.link(renderObject, locals.alloc('tuple', [cells.params, cells.cnx, cells.render]))
      heap.link(renderObject, locals.alloc('tuple', [converters.object, criteriaTuple]))
      heap.link(cells.render, renderObject)

      const where = criteria.filter(isWhere).map(render).join(' AND ') || 'TRUE'
      listComprehension(heap)
      locals.own(heap.instance('IterableCursor', { size: 1, slots: true }))
      heap.passArguments(2)
      const order = criteria.find(isOrder)
      const text = order ? `${selectFrom}${where} ${ordered(order, (count) => cnx.placeholder(params.push(count)))}` : selectInOrderOfKey(where)
      const rows = await cnx.query(text, params)
      const rowsList = locals.alloc('list')
      for (const row of rows) heap.give(rowsList, heap.alloc('tuple', [], { size: row.length }))

      const read = readerFor(converters.implementations())
      const selection = new Rows<Found<C, R>>(heap, rows.length)
      forLoop(locals, 'list')
      for (const [i, values] of rows.entries()) {
        const object = heap.alloc(name)
        const row = read(values)
        setAttributes(heap, object, columnNames.length)

        forLoop(locals, 'tuple')
        for (const { relation, selectRelated } of relations) {
          using belonging = await selectRelated(env, row as Row<C>)
          heap.setAttribute(object, belonging.object)
          row[relation] = belonging
          heap.passArguments(3)
        }
        locals.pop()
        heap.give(selection.object, object)
        selection[i] = row as Found<C, R>
      }
      return selection
    } catch (error) {
      cnx.rollback()
      throw error
    } finally {
      if (env.variant === 'close-in-finally') cnx.close()
    }
  }

  /** Names come from our own code, or have been looked up here: a column's name cannot be a parameter. */
  const named = (column: string) => {
    if (!Object.hasOwn(columns, column)) throw new Error(`${name} has no column "${column}".`)
    return column
  }

  const ordered = (order: Order, placeholder: (count: number) => string) => {
    const direction = order.descending ? ' DESC' : ''
    return `ORDER BY ${[named(order.by), ...key].map((column) => column + direction).join(', ')}${order.limit === undefined ? '' : ` LIMIT ${placeholder(order.limit)}`}${order.offset === undefined ? '' : ` OFFSET ${placeholder(order.offset)}`}`
  }

  return { name, table, columns, select }
}

export type Definition<C extends Columns, R> = {
  readonly name: string
  readonly table: string
  /** Columns that identify a row, and the order of what is selected. */
  readonly key: readonly (keyof C & string)[]
  readonly columns: C
  /** What belongs to a row: selected row by row, while the row's own select is still under way. */
  readonly related?: { readonly [relation in keyof R]: SelectRelated<C, R[relation]> }
}

export type RecordClass<F, C extends Columns = Columns> = {
  readonly name: string
  readonly table: string
  readonly columns: C
  /** Throws pg's error, with the transaction rolled back. */
  readonly select: (env: Environment, ...criteria: Criterion[]) => Promise<Selection<F>>
}

/** Rows that were found, and the list that holds them in the modelled memory. `using` lets go of it. */
export type Selection<F> = F[] & Disposable & { readonly object: PyObject }

/** A row of a record class with all that belongs to it. */
export type RowOf<Class> = Class extends RecordClass<infer F> ? F : never

type SelectRelated<C extends Columns, F = unknown> = (env: Environment, row: Row<C>) => Promise<Selection<F>>

type Found<C extends Columns, R> = Row<C> & { readonly [relation in keyof R]: readonly R[relation][] }

class Rows<F> extends Array<F> implements Selection<F> {
  readonly object: PyObject
  readonly #heap: Heap

  /** As long as it will be: most of them are kept until the last, and hold one row. */
  constructor(heap: Heap, length: number) {
    super(length)
    this.#heap = heap
    this.object = heap.alloc('list')
  }

  /** What is made of them by `map` or `filter` is an array like any other. */
  static override get [Symbol.species]() {
    return Array
  }

  [Symbol.dispose]() {
    this.#heap.release(this.object)
  }
}

/** Gives the same string for the same conditions: the session finds what it has prepared by it, without reading it again. */
function remembered(statement: (where: string) => string): (where: string) => string {
  const known = new Map<string, string>()
  return (where) => {
    const text = known.get(where) ?? statement(where)
    // Searches of many words and custom queries have no end.
    if (known.size < MOST_REMEMBERED) known.set(where, text)
    return text
  }
}

const MOST_REMEMBERED = 100

const isOrder = (criterion: Criterion): criterion is Order => typeof criterion === 'object' && criterion.kind === 'order'

const isWhere = (criterion: Criterion): criterion is Exclude<Criterion, Order> => !isOrder(criterion)
