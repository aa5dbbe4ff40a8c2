import { SESSION_COOKIE, formTokenOf } from '../auth/form-token.ts'
import { visitorOf, type Visitor } from '../auth/visitor.ts'
import { defineInterface, entryPoint } from '../component.ts'
import type { Environment } from '../environment.ts'
import { faultOf, isOutage, TOO_MANY_CONNECTIONS } from '../faults.ts'
import { shorten } from '../shorten.ts'
import { setCookie } from './cookies.ts'
import { formOf } from './form.ts'
import { html } from './html.ts'
import { BadRequest, Forbidden, page, type Request, type Response } from './http.ts'
import { layout } from './layout.ts'
import type { Visit } from './visit.ts'

/** A component that answers the requests that it matches. Null: there is no such thing here. */
export type RequestHandler = { readonly match: (request: Request) => RegExpMatchArray | null; readonly process: (visit: Visit, match: RegExpMatchArray) => Promise<Response | null> }

export const IRequestHandler = defineInterface<RequestHandler>('IRequestHandler')

/** Finds the component for a request and lets it answer. Never throws: what goes wrong becomes a page in words and a line in the log. */
export async function dispatch(env: Environment, asked: Request): Promise<Response> {
  // Half of a surrogate pair is no text that could be encoded again.
  const request = { ...asked, path: asked.path.toWellFormed() }
  using locals = env.heap.frame()
  locals.instance('Request')
  const handlers = entryPoint(env.heap, env.components, IRequestHandler)
  locals.own(handlers.object)
  const token = formTokenOf(request)
  const { headers, cookies = [], ...rest } = await answer({ env, request, visitor: nobody, token, form: null, project: null, can: () => false }, handlers.implementations())
  const minted = token.minted()
  return { ...rest, headers: sendable({ ...HEADERS, ...headers }), cookies: minted ? [...cookies, setCookie(request, SESSION_COOKIE, minted)] : cookies }
}

async function answer(visit: Visit, handlers: readonly RequestHandler[]): Promise<Response> {
  const { env, request, token } = visit
  let known = visit
  try {
    if (!METHODS.has(request.method)) return notPossible(visit)
    if ([request.path, ...request.args].flat().some((text) => text.includes('\0'))) throw new BadRequest('The address holds a character that no text can have.')
    if (request.path.length > LONGEST_PATH) throw new BadRequest(`The address has ${request.path.length} characters before its "?"; ${LONGEST_PATH} is the most.`)
    known = { ...visit, visitor: await visitorOf(env, request) }
    if (request.method === 'POST') {
      const form = await formOf(request)
      token.check(form)
      known = { ...known, form }
    }
    for (const handler of handlers) {
      const match = handler.match(request)
      const response = match && (await handler.process(known, match))
      if (response) return response
    }
    return notFound(known)
  } catch (error) {
    return explain(known, error)
  }
}

/** Room for any page and any file. Every handler looks for its pattern in it. */
const LONGEST_PATH = 2000

const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST'])

const nobody: Visitor = { kind: 'anonymous' }

/** Nothing is loaded from elsewhere, nothing runs, nobody frames us, and no proxy keeps for others what one visitor saw. */
const HEADERS = {
  'Cache-Control': 'private, no-cache',
  'Content-Security-Policy': "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'same-origin',
}

/** What no header can hold becomes a question mark: line breaks would begin another header, other characters make Node refuse to send it. */
const sendable = (headers: Readonly<Record<string, string>>) => Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, value.replaceAll(/[^\t\x20-\x7E\x80-\xFF]/g, '?')]))

/** RFC 9110, 15.5.6: who is refused a method is told which there are. */
function notPossible(visit: Visit): Response {
  const answer = problem(visit, 405, 'Not possible', `Nothing here can be done by ${shorten(visit.request.method)}.`)
  return { ...answer, headers: { ...answer.headers, Allow: [...METHODS].join(', ') } }
}

export const notFound = (visit: Visit): Response => problem(visit, 404, 'Not found', `There is nothing at ${shorten(visit.request.path, 200)}.`)

/** What went wrong, as a page in words; what the visitor could not help is a line in the log as well. */
export function explain(visit: Visit, error: unknown): Response {
  if (error instanceof BadRequest) return problem(visit, 400, 'That cannot be', error.message)
  if (error instanceof Forbidden) return problem(visit, 403, 'Not allowed', error.message)
  const fault = faultOf(error)
  visit.env.log(`error: ${shorten(visit.request.path, 200)}: ${fault.code ?? ''} ${fault.message}`)
  if (fault.code === TOO_MANY_CONNECTIONS) return problem(visit, 503, 'No database connection', 'The database refuses connections: all of its slots are taken. Please try again later.')
  if (isOutage(fault)) return problem(visit, 503, 'No database connection', 'The database cannot be reached. Please try again later.')
  return problem(visit, 500, 'Something went wrong', 'The page could not be made. What happened is in the log.')
}

export const problem = (visit: Visit, status: number, title: string, words: string): Response => page(layout(visit, { title, body: html`<h1>${title}</h1><p class="problem">${words}</p>` }), status)
