import { STATUS_CODES } from 'node:http'
import type { Request, Response } from '../drproject/web/http.ts'

/** The CGI environment (RFC 3875) as a request. */
export function requestOf(variables: NodeJS.ProcessEnv, body: string): Request {
  const root = (variables.SCRIPT_NAME ?? '').replace(/\/+$/, '')
  const scheme = variables.HTTPS === 'on' ? 'https' : 'http'
  const host = variables.HTTP_HOST && /^[\w.:[\]-]+$/.test(variables.HTTP_HOST) ? variables.HTTP_HOST : `${variables.SERVER_NAME ?? 'localhost'}:${variables.SERVER_PORT ?? '80'}`
  return {
    method: variables.REQUEST_METHOD ?? 'GET',
    path: variables.PATH_INFO || '/',
    args: new URLSearchParams(variables.QUERY_STRING ?? ''),
    baseUrl: `${scheme}://${host}${root}`,
    root,
    body,
  }
}

/** A response as a CGI script prints it: header lines, an empty line, the body. */
export function cgiResponse(response: Response): string {
  const headers = Object.entries({ Status: `${response.status} ${STATUS_CODES[response.status] ?? ''}`.trim(), ...response.headers })
  return `${headers.map(([name, value]) => `${name}: ${value.replaceAll(/[\r\n]/g, ' ')}\r\n`).join('')}\r\n${response.body}`
}

/** Status and headers at the beginning of a script's output, and what follows them. Null as long as the empty line has not come. */
export function responseHead(output: Buffer): { readonly status: number; readonly headers: Readonly<Record<string, string>>; readonly rest: Buffer } | null {
  const end = /\r?\n\r?\n/.exec(output.toString('latin1'))
  if (!end) return null
  const lines = output.toString('latin1', 0, end.index).split(/\r?\n/)
  const headers = Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf(':')).trim(), line.slice(line.indexOf(':') + 1).trim()]))
  const { Status: status = '200', ...rest } = headers
  return { status: Number.parseInt(status, 10) || 502, headers: rest, rest: output.subarray(end.index + end[0].length) }
}
