import { defineInterface, entryPoint } from '../component.ts'
import type { Environment } from '../environment.ts'
import { faultOf, isOutage, TOO_MANY_CONNECTIONS } from '../faults.ts'
import { html } from './html.ts'
import { BadRequest, page, type Request, type Response } from './http.ts'
import { layout } from './layout.ts'

/** A component that answers the requests that it matches. Null: there is no such thing here. */
export type RequestHandler = { readonly match: (request: Request) => RegExpMatchArray | null; readonly process: (env: Environment, request: Request, match: RegExpMatchArray) => Promise<Response | null> }

export const IRequestHandler = defineInterface<RequestHandler>('IRequestHandler')

/** Finds the component for a request and lets it answer. Never throws: what goes wrong becomes a page in words and a line in the log. */
export async function dispatch(env: Environment, request: Request): Promise<Response> {
  using locals = env.heap.frame()
  locals.instance('Request')
  const handlers = entryPoint(env.heap, env.components, IRequestHandler)
  locals.own(handlers.object)
  try {
    if (request.method !== 'GET' && request.method !== 'HEAD') return problem(request, 405, 'Not possible', `This page can be read, not sent to (${request.method}).`)
    for (const handler of handlers.implementations()) {
      const match = handler.match(request)
      if (!match) continue
      const response = await handler.process(env, request, match)
      if (response) return response
    }
    return problem(request, 404, 'Not found', `There is nothing at ${request.path}.`)
  } catch (error) {
    return explain(env, request, error)
  }
}

function explain(env: Environment, request: Request, error: unknown): Response {
  if (error instanceof BadRequest) return problem(request, 400, 'That cannot be', error.message)
  const fault = faultOf(error)
  env.log(`error: ${request.path}: ${fault.code ?? ''} ${fault.message}`)
  if (fault.code === TOO_MANY_CONNECTIONS) return problem(request, 503, 'No database connection', 'The database refuses connections: all of its slots are taken. Please try again later.')
  if (isOutage(fault)) return problem(request, 503, 'No database connection', 'The database cannot be reached. Please try again later.')
  return problem(request, 500, 'Something went wrong', 'The page could not be made. What happened is in the log.')
}

export const problem = (request: Request, status: number, title: string, words: string): Response =>
  page(layout(request, { title, body: html`<h1>${title}</h1><p class="problem">${words}</p>` }), status)
