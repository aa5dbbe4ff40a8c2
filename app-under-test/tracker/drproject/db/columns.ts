import { defineInterface, type EntryPoint } from '../component.ts'
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
export const converterOf = (type: ColumnType, converters: EntryPoint<FieldConverter>): FieldConverter => converters.implementations().find((converter) => converter.type === type) ?? asItIs

const asItIs: FieldConverter = { type: 'text', toColumn: (field) => (field instanceof Date ? field.toISOString() : field), toField: (value) => value }
