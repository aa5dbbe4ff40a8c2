import type { RequestId } from '../../scenario/model.ts'
import type { Request } from './request.ts'

export const defaultRequestId: RequestId = { header: 'x-request-id' }

/** The request as it is sent. */
export const carrying = <R extends Pick<Request, 'path' | 'headers'>>(request: R, id: string, where: RequestId = defaultRequestId): R =>
  'header' in where ? { ...request, headers: headersCarrying(request.headers, id, where) } : { ...request, path: pathCarrying(request.path, id, where) }

/** Its headers alone. */
export const headersCarrying = (headers: Request['headers'], id: string, where: RequestId = defaultRequestId): Readonly<Record<string, string>> => ('header' in where ? { ...headers, [where.header]: id } : { ...headers })

/** Its path alone. */
export const pathCarrying = (path: string, id: string, where: RequestId = defaultRequestId): string => ('header' in where ? path : `${path}${path.includes('?') ? '&' : '?'}${encodeURIComponent(where.parameter)}=${id}`)
