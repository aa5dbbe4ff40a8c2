import type { Field } from './columns.ts'

/** What to select: a bare value for the next column of the key, a condition, or an order other than the key's. */
export type Criterion = string | number | Condition | Order

export type Condition =
  | { readonly kind: 'since'; readonly column: string; readonly field: Field }
  | { readonly kind: 'until'; readonly column: string; readonly field: Field }
  | { readonly kind: 'is' | 'is not'; readonly column: string; readonly field: Field }
  /** Whatever its case. */
  | { readonly kind: 'contains'; readonly column: string; readonly text: string }
  | { readonly kind: 'all' | 'any'; readonly of: readonly Condition[] }

/** Which rows come first, and how many of them. */
export type Order = { readonly kind: 'order'; readonly by: string; readonly descending?: boolean; readonly limit?: number; readonly offset?: number }

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

/** Equal to the value. */
export const is = (column: string, field: Field): Condition => ({ kind: 'is', column, field })

/** The text somewhere in at least one of the columns. */
export const mentions = (columns: readonly string[], text: string): Condition => ({ kind: 'any', of: columns.map((column) => ({ kind: 'contains', column, text })) })

export const newestFirst = (by: string, limit?: number, offset?: number): Order => ({ kind: 'order', by, descending: true, ...(limit === undefined ? {} : { limit }), ...(offset === undefined ? {} : { offset }) })
