import { mustBeSendable } from '../../scenario/path.ts'
import type { Numbered } from './acts.ts'

/** The head of a request as it goes over the wire, to its empty line. `host` is of its Host header. Throws where its path cannot be sent as it is. */
export const headOf = ({ request: { method = 'GET', path, body, headers } }: Numbered, host: string): string => {
  mustBeSendable(path)
  const length = body === undefined && (method === 'GET' || method === 'HEAD' || method === 'DELETE') ? [] : [['content-length', `${Buffer.byteLength(body ?? '')}`] as const]
  const fields = [['host', host] as const, ['user-agent', 'lowtide'] as const, ...Object.entries(headers ?? {}), ...length]
  return `${method} ${path} HTTP/1.1\r\n${fields.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`
}

/** A request as it goes over the wire, head and body. */
export const wholeOf = (numbered: Numbered, host: string): string => headOf(numbered, host) + (numbered.request.body ?? '')
