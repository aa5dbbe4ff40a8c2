import type { Capability } from '../drproject/auth/capabilities.ts'
import { formTokenOf } from '../drproject/auth/form-token.ts'
import type { Environment } from '../drproject/environment.ts'
import type { Request } from '../drproject/web/http.ts'
import type { ProjectVisit } from '../drproject/web/visit.ts'
import { testEnvironment } from './environment.ts'

export const requestFor = (path: string, changes: Partial<Request> = {}): Request => ({
  method: 'GET',
  path,
  args: new URLSearchParams(),
  baseUrl: 'http://localhost:8080',
  root: '',
  cookies: new Map(),
  remoteAddress: '127.0.0.1',
  contentType: '',
  body: new Uint8Array(),
  ...changes,
})

/** An anonymous visit to project All, with these capabilities. */
export function visitTo(path: string, { env = testEnvironment({ query: () => [] }), capabilities = ['VIEW'], ...request }: { readonly env?: Environment; readonly capabilities?: readonly Capability[] } & Partial<Request> = {}): ProjectVisit {
  const made = requestFor(path, request)
  return {
    env,
    request: made,
    visitor: { kind: 'anonymous' },
    token: formTokenOf(made),
    form: null,
    project: { name: 'All', title: 'Project All', description: '', created: new Date(0), public: true },
    can: (capability) => capabilities.includes(capability),
    require: () => {},
  }
}
