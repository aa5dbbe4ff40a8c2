import { cookiesOf } from '../drproject/web/cookies.ts'
import type { Request, Response } from '../drproject/web/http.ts'

/** The CGI environment (RFC 3875) as a request. */
export function requestOf(variables: NodeJS.ProcessEnv, body: Uint8Array): Request {
  const root = (variables.SCRIPT_NAME ?? '').replace(/\/+$/, '')
  return {
    method: variables.REQUEST_METHOD ?? 'GET',
    path: variables.PATH_INFO || '/',
    args: new URLSearchParams(variables.QUERY_STRING ?? ''),
    baseUrl: `${originOf(variables)}${root}`,
    root,
    cookies: cookiesOf(variables.HTTP_COOKIE ?? ''),
    remoteAddress: variables.REMOTE_ADDR ?? '',
    contentType: variables.CONTENT_TYPE ?? '',
    body,
  }
}

/** TRACKER_URL, if it is set: a Host header is only what the client claims. Links and redirects repeat it as long as it is a host at all. */
function originOf({ TRACKER_URL, HTTPS, HTTP_HOST, SERVER_NAME, SERVER_PORT }: NodeJS.ProcessEnv): string {
  if (TRACKER_URL && URL.canParse(TRACKER_URL)) return new URL(TRACKER_URL).origin
  const scheme = HTTPS === 'on' ? 'https' : 'http'
  const host = [HTTP_HOST, `${SERVER_NAME}:${SERVER_PORT ?? '80'}`].find((claimed) => claimed && /^(?:[a-z\d._-]+|\[[a-f\d:.]+\])(?::\d{1,5})?$/i.test(claimed) && URL.canParse(`${scheme}://${claimed}`))
  return `${scheme}://${host ?? 'localhost'}`
}

/** A response as a CGI script prints it: header lines, an empty line, the body. */
export function cgiResponse({ status, headers, cookies = [], body }: Response): Buffer {
  const lines = [...Object.entries({ Status: `${status} ${REASONS[status] ?? ''}`.trim(), ...headers }), ...cookies.map((cookie) => ['Set-Cookie', cookie] as const)]
  return Buffer.concat([Buffer.from(`${lines.map(([name, value]) => `${name}: ${value.replaceAll(/[\r\n]/g, ' ')}\r\n`).join('')}\r\n`), Buffer.from(body as string)])
}

// Node's own list would cost every request the loading of its HTTP server.
const REASONS: Readonly<Record<number, string>> = { 200: 'OK', 303: 'See Other', 304: 'Not Modified', 400: 'Bad Request', 403: 'Forbidden', 404: 'Not Found', 405: 'Method Not Allowed', 409: 'Conflict', 413: 'Content Too Large', 429: 'Too Many Requests', 500: 'Internal Server Error', 503: 'Service Unavailable' }

/** Status and headers at the beginning of a script's output, and what follows them. Null as long as the empty line has not come. */
export function responseHead(output: Buffer): { readonly status: number; readonly headers: Readonly<Record<string, readonly string[]>>; readonly rest: Buffer } | null {
  const end = /\r?\n\r?\n/.exec(output.toString('latin1'))
  if (!end) return null
  const lines = output.toString('latin1', 0, end.index).split(/\r?\n/)
  const headers: Record<string, string[]> = {}
  for (const line of lines) (headers[line.slice(0, line.indexOf(':')).trim()] ??= []).push(line.slice(line.indexOf(':') + 1).trim())
  const { Status: [status = ''] = ['200'], ...rest } = headers
  return { status: Number.parseInt(status, 10) || 502, headers: rest, rest: output.subarray(end.index + end[0].length) }
}
