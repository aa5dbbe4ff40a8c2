import type { Span } from '../db/criteria.ts'
import { shorten } from '../shorten.ts'
import { BadRequest } from '../web/http.ts'

/** What a timeline was asked for. */
export type TimelineQuery = {
  /** First and last second; `daysBack + 1` days long. */
  readonly window: Span
  readonly daysBack: number
  /** Most events to show; null shows all. It saves no work: every event is gathered before the cut. */
  readonly max: number | null
  readonly format: 'html' | 'rss'
  readonly filters: ReadonlySet<Filter>
}

/** The kinds of events, in the order in which they are offered. `ticket_details` adds comments and changes of fields. */
export const FILTERS = ['wiki', 'changeset', 'milestone', 'mail', 'ticket', 'ticket_details'] as const

export type Filter = (typeof FILTERS)[number]

/** Reads `from`, `daysback`, `max`, `format` and the filters (all of them, if none is named). Throws BadRequest with words for the visitor. */
export function timelineQuery(args: URLSearchParams, now: Date): TimelineQuery {
  const daysBack = wholeNumber(args, 'daysback') ?? 30
  const stop = endOfDay(args.get('from') ? parseDate(args.get('from') ?? '') : now)
  const named = FILTERS.filter((filter) => args.get(filter) === 'on')
  const filters = new Set(named.length > 0 ? named : FILTERS)
  // Details of no tickets would be nothing at all.
  if (filters.has('ticket_details')) filters.add('ticket')
  return {
    window: { start: new Date(Math.max(stop.getTime() - (daysBack + 1) * DAY_MS, 0)), stop },
    daysBack,
    max: wholeNumber(args, 'max') || null,
    format: args.get('format') === 'rss' ? 'rss' : 'html',
    filters,
  }
}

/** `2006-03-29`, or `03/29/06` as the form of 2006 sent it. */
function parseDate(text: string): Date {
  const iso = /^(?<year>\d{4})-(?<month>\d{1,2})-(?<day>\d{1,2})$/.exec(text.trim())
  const american = /^(?<month>\d{1,2})\/(?<day>\d{1,2})\/(?<year>\d{2}|\d{4})$/.exec(text.trim())
  const { year = '', month = '', day = '' } = (iso ?? american)?.groups ?? {}
  const date = new Date(Date.UTC(Number(year.length === 2 ? `20${year}` : year), Number(month) - 1, Number(day)))
  const inRange = date.getUTCMonth() === Number(month) - 1 && date.getUTCFullYear() >= 1970 && date.getUTCFullYear() <= 2037
  if (!(iso ?? american) || !inRange) throw new BadRequest(`from: "${shorten(text)}" is not a date between 1970 and 2037. Write it like 2006-03-29.`)
  return date
}

function wholeNumber(args: URLSearchParams, name: string): number | null {
  const text = args.get(name)?.trim()
  if (!text) return null
  if (!/^\d{1,9}$/.test(text)) throw new BadRequest(`${name}: "${shorten(text)}" is not a whole number of at most nine digits.`)
  return Number(text)
}

const endOfDay = (date: Date) => new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate(), 23, 59, 59))

const DAY_MS = 86_400_000
