import type { IncomingMessage } from 'node:http'

/** The meta-variables of RFC 3875 for a request, with REQUEST_URI as Apache adds it. Null if the path is not well-formed. */
export function cgiEnvironment(request: IncomingMessage, bodyBytes: number): Record<string, string> | null {
  const uri = request.url ?? '/'
  const [rawPath = '/', ...query] = uri.replace(/^https?:\/\/[^/]*/, '').split('?')
  const path = decodePath(rawPath)
  if (path === null) return null
  const variables: Record<string, string> = {
    GATEWAY_INTERFACE: 'CGI/1.1',
    PATH_INFO: path,
    QUERY_STRING: query.join('?'),
    REMOTE_ADDR: request.socket.remoteAddress ?? '',
    REQUEST_METHOD: request.method ?? 'GET',
    REQUEST_URI: uri,
    SCRIPT_NAME: '',
    SERVER_NAME: 'localhost',
    SERVER_PORT: String(request.socket.localPort ?? ''),
    SERVER_PROTOCOL: `HTTP/${request.httpVersion}`,
    SERVER_SOFTWARE: 'drproject-gateway',
  }
  if (bodyBytes > 0) variables.CONTENT_LENGTH = String(bodyBytes)
  if (request.headers['content-type']) variables.CONTENT_TYPE = request.headers['content-type']
  for (const [name, value] of Object.entries(request.headers)) {
    if (NOT_PASSED_ON.has(name) || value === undefined) continue
    variables[`HTTP_${name.toUpperCase().replaceAll('-', '_')}`] = String(value)
  }
  return variables
}

/** `Proxy` would become HTTP_PROXY, which programs read as their own setting; the rest has variables of its own, or is nobody's business. */
const NOT_PASSED_ON = new Set(['proxy', 'content-length', 'content-type', 'connection', 'authorization'])

function decodePath(raw: string): string | null {
  try {
    const path = decodeURIComponent(raw)
    return path.includes('\0') ? null : path
  } catch {
    return null
  }
}
