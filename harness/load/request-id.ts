import type { Request } from './request.ts'

/**
 * Where a request carries its id, which no other of the run has, so that it can be found again in an access log, in the application's own log, and in its SQL where it passes
 * it on: in a header, or in a parameter of its query, for servers whose logs tell of a request no more than its URL.
 */
export type RequestId = { readonly header: string } | { readonly parameter: string }

export const defaultRequestId: RequestId = { header: 'x-request-id' }

/** The request as it is sent. */
export const carrying = <R extends Pick<Request, 'path' | 'headers'>>(request: R, id: string, where: RequestId = defaultRequestId): R =>
  'header' in where
    ? { ...request, headers: { ...request.headers, [where.header]: id } }
    : { ...request, path: `${request.path}${request.path.includes('?') ? '&' : '?'}${encodeURIComponent(where.parameter)}=${id}` }
