import type { Capability } from '../auth/capabilities.ts'
import type { FormToken } from '../auth/form-token.ts'
import type { Visitor } from '../auth/visitor.ts'
import type { Environment } from '../environment.ts'
import type { ProjectRow } from '../model.ts'
import type { Form } from './form.ts'
import type { Request } from './http.ts'

/** A request with all that a page needs to answer it. */
export type Visit = {
  readonly env: Environment
  readonly request: Request
  readonly visitor: Visitor
  /** `${token.field()}` belongs into every form that is sent by POST. */
  readonly token: FormToken
  /** What was sent, its token checked; null unless the method is POST. */
  readonly form: Form | null
  readonly project: ProjectRow | null
  /** In the project; outside of one, nothing. */
  readonly can: (capability: Capability) => boolean
}

/** A visit to a project that the visitor may see. */
export type ProjectVisit = Visit & {
  readonly project: ProjectRow
  /** Throws Forbidden, in words. */
  readonly require: (capability: Capability) => void
}

/** `/PROJECT/what/ever` below where the tracker is mounted, each part encoded. A part may hold slashes of its own. */
export const pathIn = (project: Pick<ProjectRow, 'name'>, ...parts: readonly (string | number)[]): string =>
  ['', project.name, ...parts.flatMap((part) => String(part).split('/'))].map(encodeURIComponent).join('/')
