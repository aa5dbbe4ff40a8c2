import type { RequestId } from '../scenario/model.ts'
import type { Request } from './request.ts'

export const defaultRequestId: RequestId = { header: 'x-request-id' }

/** The request as it is sent. */
export const carrying = <R extends Pick<Request, 'path' | 'headers'>>(request: R, id: string, where: RequestId = defaultRequestId): R =>
  'header' in where
    ? { ...request, headers: { ...request.headers, [where.header]: id } }
    : { ...request, path: `${request.path}${request.path.includes('?') ? '&' : '?'}${encodeURIComponent(where.parameter)}=${id}` }
