import type { Markup } from './html.ts'

/** A request as the front ends hand it over: already split, never trusted. */
export type Request = {
  readonly method: string
  /** Decoded path below the script, beginning with a slash. */
  readonly path: string
  readonly args: URLSearchParams
  /** Where the tracker is mounted: scheme, host and script name, without a slash at the end. */
  readonly baseUrl: string
  /** The script name alone; every link of a page starts with it. */
  readonly root: string
  readonly body: string
}

export type Response = { readonly status: number; readonly headers: Readonly<Record<string, string>>; readonly body: string }

export const page = (markup: Markup, status = 200): Response => ({
  status,
  headers: { 'Content-Type': 'text/html; charset=utf-8' },
  body: markup.markup,
})

/** The visitor asked for something that cannot be: the message says what, and what would do. */
export class BadRequest extends Error {
  override readonly name = 'BadRequest'
}
