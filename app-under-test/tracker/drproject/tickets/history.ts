import type { TicketChangeRow } from '../model.ts'

/** What one person did with a ticket at one time. */
export type Edit<C extends Change = TicketChangeRow> = { readonly time: Date; readonly author: string; readonly comment: string; readonly changes: readonly C[]; readonly rows: readonly C[] }

type Change = Pick<TicketChangeRow, 'time' | 'author' | 'field' | 'oldvalue' | 'newvalue'>

/** Rows of one second by one author are one edit, in the order of their times. */
export function editsOf<C extends Change>(rows: readonly C[]): Edit<C>[] {
  const byEdit = Map.groupBy(rows, ({ time, author }) => `${time.getTime()} ${author}`)
  return [...byEdit.values()].map((rows) => ({
    time: rows[0]!.time,
    author: rows[0]!.author,
    comment: rows.find(({ field }) => field === 'comment')?.newvalue ?? '',
    changes: rows.filter(({ field }) => field !== 'comment'),
    rows,
  }))
}

/** What `field` was at `time`: before its first later change, or as it is if there was none. */
export function valueAt(rows: readonly Change[], time: Date, field: string, now: string): string {
  return rows.find((row) => row.field === field && row.time > time)?.oldvalue ?? now
}
