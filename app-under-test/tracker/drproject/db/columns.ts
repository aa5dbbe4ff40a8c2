import { defineInterface } from '../component.ts'
import type { Value } from './connection.ts'

/** Columns of a table by name, and the row that they make. */
export type Columns = Readonly<Record<string, ColumnType>>

export type ColumnType = 'text' | 'integer' | 'time' | 'boolean' | 'bytes'

export type Row<C extends Columns> = { readonly [name in keyof C]: FieldOf[C[name]] }

type FieldOf = { readonly text: string; readonly integer: number; readonly time: Date; readonly boolean: boolean; readonly bytes: Uint8Array }

export type Field = string | number | Date | boolean | Uint8Array

/** A component that knows how fields of one type are stored. */
export type FieldConverter = { readonly type: ColumnType; readonly toColumn: (field: Field) => Value; readonly toField: (value: Value) => Field }

export const IFieldConverter = defineInterface<FieldConverter>('IFieldConverter')

/** Times are stored as seconds since 1970, as they were. */
export const epochTimes: FieldConverter = {
  type: 'time',
  toColumn: (field) => (field instanceof Date ? Math.floor(field.getTime() / 1000) : field),
  toField: (value) => new Date(Number(value) * 1000),
}

/** The converter for a type; fields of a type that has none are stored as they are. */
export const converterOf = (type: ColumnType, converters: readonly FieldConverter[]): FieldConverter => converters.find((converter) => converter.type === type) ?? asItIs

const asItIs: FieldConverter = { type: 'text', toColumn: (field) => (field instanceof Date ? field.toISOString() : field), toField: (value) => value }

/** Makes rows by name of a table's rows as arrays, with the converters that there are. `relations` are names that somebody else will fill. */
export function rowReader(columns: Columns, relations: readonly string[]) {
  const names = Object.keys(columns)
  // A copy of one row with all of its names: every row then has the same shape, which is cheap to read.
  const blank: Record<string, unknown> = Object.fromEntries([...names, ...relations].map((name) => [name, undefined]))
  const readerWith = (converters: readonly FieldConverter[]) => {
    const toFields = names.map((name) => converterOf(columns[name]!, converters).toField)
    return (values: readonly Value[]) => {
      const row = { ...blank }
      for (let i = 0; i < names.length; i++) row[names[i]!] = toFields[i]!(values[i]!)
      return row
    }
  }
  let latest = { converters: NONE, read: readerWith(NONE) }
  return (converters: readonly FieldConverter[]) => {
    if (latest.converters !== converters) latest = { converters, read: readerWith(converters) }
    return latest.read
  }
}

const NONE: readonly FieldConverter[] = []
