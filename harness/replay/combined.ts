import type { Logged, Reason } from './logged.ts'
import { requestLineOf } from './target.ts'
import { commonLogTime, remembering } from './times.ts'

/** What a line says, before secrets are taken out and seconds are spread. `durationMs` is there where its time is that of its end. */
export type Line = Omit<Logged, 'kind' | 'line'> & { readonly durationMs: number | null }

/**
 * Reads lines of Apache's common and combined formats and of nginx's default, given as latin1: what stands in them beyond ASCII is bytes. Users may hold blanks, and
 * quotes in quotes are escaped. A number of seconds with three decimals at the end is nginx's $request_time: the time of the line is then that of the request's end.
 *
 *     example.org:80 2001:db8::1 - ada [27/Mar/2006:18:00:01 +0200] "GET /a HTTP/1.1" 200 512 "-" "Mozilla/5.0" 0.012
 */
export const combinedReader = (): ((line: string) => Line | Reason) => {
  const timeOf = remembering(commonLogTime)
  return line => {
    const parts = shape.exec(line)
    if (parts === null) return 'not in the format of this log'
    const [, virtualHost, time = '', request = '', status = ''] = parts
    const atMs = timeOf(time)
    if (atMs === null) return 'has no time that can be read'
    const read = requestLineOf(request.includes('\\') ? unescaped(request) : request, 'latin1')
    if (typeof read === 'string') return read
    const { method, target } = read
    // A line without it ends in a quote, or in a number of bytes: looking at its last character is cheaper than looking for it.
    const seconds = line.endsWith('"') ? undefined : requestTime.exec(line)?.[1]
    const host = target.host ?? virtualHost?.toLowerCase() ?? null
    return { atMs, durationMs: seconds === undefined ? null : Number(seconds) * 1_000, method, host, path: target.path, status: status === '-' ? null : Number(status) }
  }
}

/** Subtle: the quoted parts are unrolled loops, as alternatives within a repetition cost seconds on a line of backslashes. */
const quoted = String.raw`[^"\\]*(?:\\.[^"\\]*)*`
const shape = new RegExp(String.raw`^(?:([^\s:]+):\d{1,5} )?\S+ \S+ .*?\[(\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d [+-]\d{4})\] "(${quoted})" (\d{3}|-) (?:\d+|-)(?=$|\s)`)
const requestTime = / (\d{1,6}\.\d{3})$/

/** Apache writes \" and \\, both of them \xhh for bytes. */
const unescaped = (text: string): string => text.replaceAll(/\\(?:x([\da-fA-F]{2})|(.))/g, (_, hex: string | undefined, char: string) => (hex === undefined ? char : String.fromCharCode(Number.parseInt(hex, 16))))
