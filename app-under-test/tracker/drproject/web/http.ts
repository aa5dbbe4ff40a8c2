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
  readonly cookies: ReadonlyMap<string, string>
  readonly remoteAddress: string
  readonly contentType: string
  readonly body: Uint8Array
}

export type Response = {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** Values of Set-Cookie, one header each. */
  readonly cookies?: readonly string[]
  readonly body: string | Uint8Array
}

export const page = (markup: Markup, status = 200): Response => ({
  status,
  headers: { 'Content-Type': 'text/html; charset=utf-8' },
  body: markup.markup,
})

/** Sends the browser on after a form, so that loading the page again does not send the form again. `path` is below the script; what a header cannot hold is encoded. */
export const redirect = (request: Pick<Request, 'baseUrl'>, path: string, cookies: readonly string[] = []): Response => ({
  status: 303,
  headers: { Location: new URL(`${request.baseUrl}${path}`).href, 'Content-Type': 'text/plain; charset=utf-8' },
  cookies,
  body: `See ${path}\n`,
})

/** The visitor asked for something that cannot be: the message says what, and what would do. */
export class BadRequest extends Error {
  override readonly name = 'BadRequest'
}

/** The visitor may see this, and may not do it. */
export class Forbidden extends Error {
  override readonly name = 'Forbidden'
}
