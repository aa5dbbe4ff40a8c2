import { isMethod, type Method, type Reason } from './logged.ts'

/** How the characters of a text became what they are: bytes as they stood in the file, or text that was decoded. */
export type Encoding = 'latin1' | 'utf8'

export type Target = { readonly host: string | null; readonly path: string }

/** `GET /a HTTP/1.1`, in its parts; or why it has none. A path may hold blanks, and a request of HTTP/0.9 has no version. */
export const requestLineOf = (line: string, encoding: Encoding): { readonly method: Method; readonly target: Target } | Reason => {
  const blank = line.indexOf(' ')
  if (blank === -1) return noRequest
  const method = methodOf(line.slice(0, blank))
  if (typeof method !== 'object') return method
  const version = line.lastIndexOf(' HTTP/')
  const target = targetOf(line.slice(blank + 1, version > blank ? version : line.length), encoding)
  return typeof target === 'string' ? target : { ...method, target }
}

export const methodOf = (text: string): { readonly method: Method } | Reason => {
  if (isMethod(text)) return { method: text }
  return /^[A-Z][A-Z-]{1,30}$/.test(text) ? 'has a method of its own: neither GET, HEAD, OPTIONS, POST, PUT, PATCH nor DELETE' : noRequest
}

const noRequest = 'holds no HTTP request: a dash, TLS sent to a plain port, or garbage'

/** Host and path of a request's target, a path or a whole URL. Who logs in by the URL is left out, and so is its fragment. */
export const targetOf = (text: string, encoding: Encoding): Target | Reason => {
  let host: string | null = null
  let path = text
  if (!text.startsWith('/')) {
    const [all, authority = ''] = /^https?:\/\/([^/?#]*)/i.exec(text) ?? []
    if (all === undefined) return 'has no path of this site: a proxy request, or *'
    host = authority.slice(authority.lastIndexOf('@') + 1).toLowerCase()
    path = text.slice(all.length)
    if (!path.startsWith('/')) path = `/${path}`
  }
  const fragment = path.indexOf('#')
  if (fragment !== -1) path = path.slice(0, fragment)
  if (!/^[\x21-\x7e]*$/.test(path)) path = percentEncoded(path, encoding)
  const query = path.indexOf('?')
  return malformed.test(query === -1 ? path : path.slice(0, query)) ? 'has a path that no URL can hold' : { host, path }
}

/** k6's parser of URLs refuses it. */
const malformed = /%(?![\da-f]{2})/i

const percentEncoded = (text: string, encoding: Encoding): string =>
  [...Buffer.from(text, encoding)].map(byte => (byte > 0x20 && byte < 0x7f ? String.fromCharCode(byte) : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`)).join('')
