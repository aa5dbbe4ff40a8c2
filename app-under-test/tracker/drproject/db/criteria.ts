import type { Field } from './columns.ts'

/** What to select: a bare value for the next column of the key, or a condition. */
export type Criterion = string | number | Condition

export type Condition =
  | { readonly kind: 'since'; readonly column: string; readonly field: Field }
  | { readonly kind: 'until'; readonly column: string; readonly field: Field }
  | { readonly kind: 'all'; readonly of: readonly Condition[] }

/** A span of time, both ends included. */
export type Span = { readonly start: Date; readonly stop: Date }

/** Rows whose time lies in the span. */
export const during = (column: string, span: Span): Condition => overlapping(column, column, span)

/** Rows that began before the span's end and ended after its start. */
export const overlapping = (begin: string, end: string, span: Span): Condition => ({
  kind: 'all',
  of: [
    { kind: 'since', column: end, field: span.start },
    { kind: 'until', column: begin, field: span.stop },
  ],
})
