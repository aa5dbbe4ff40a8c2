/** A request as a log tells it. Who sent it is not kept: no address, no user, no referrer, no cookie, no header. */
export type Logged = {
  readonly kind: 'logged'
  /** Of the file, from 1; of a HAR its entry. */
  readonly line: number
  /** Its arrival, in epoch milliseconds: the time of its end less how long it took, where a log tells these two. */
  readonly atMs: number
  readonly method: Method
  /** Null where the log does not tell it. */
  readonly host: string | null
  /** Path and query, percent-encoded, with `***` in the places of secrets. */
  readonly path: string
  /** Null where the log does not tell it, or where there was no answer. */
  readonly status: number | null
}

/** A line, or an entry of a HAR, that no request can be read from. `text` is its beginning, without secrets. */
export type Unread = { readonly kind: 'unread'; readonly reason: Reason; readonly line: number; readonly text: string }

export type Read = Logged | Unread

export const formats = ['combined', 'json', 'har'] as const

/** `combined` is Apache's common and combined, with its virtual host in front or not, and nginx's default, with $request_time at its end or not. */
export type Format = (typeof formats)[number]

export const methods = ['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE'] as const

export type Method = (typeof methods)[number]

export const isMethod = (text: string): text is Method => (methods as readonly string[]).includes(text)

/** Why a line is no load. */
export type Reason =
  | 'not in the format of this log'
  | 'holds NUL bytes: written as a machine went down'
  | 'longer than 64 kB'
  | 'holds no HTTP request: a dash, TLS sent to a plain port, or garbage'
  | 'has a method of its own: neither GET, HEAD, OPTIONS, POST, PUT, PATCH nor DELETE'
  | 'has no path of this site: a proxy request, or *'
  | 'has a path that no URL can hold'
  | 'has no time that can be read'
  | 'tells of no answer: written while the request was at work'
  | 'the file ends or breaks off here: what follows is not read'
  | 'changes things, and logs hold no bodies: not among the methods to replay'
  | 'of another host'
  | 'became a WebSocket'
  | 'outside of the time that was asked for'
