import type { Environment } from '../environment.ts'
import { Membership, Permission, type ProjectRow } from '../model.ts'
import type { Visitor } from './visitor.ts'

/** What somebody may do in a project. */
export const CAPABILITIES = ['VIEW', 'WIKI_EDIT', 'TICKET_CREATE', 'TICKET_CHANGE', 'MILESTONE_EDIT', 'PROJECT_ADMIN'] as const

export type Capability = (typeof CAPABILITIES)[number]

/** Members have what their role has; others may read public projects, and report what they find there once they say who they are. */
export async function capabilitiesOf(env: Environment, visitor: Visitor, project: ProjectRow): Promise<ReadonlySet<Capability>> {
  if (visitor.kind === 'anonymous') return new Set(project.public ? ['VIEW'] : [])
  using memberships = await Membership.select(env, project.name, visitor.login)
  const role = memberships[0]?.role
  if (role === undefined) return new Set(project.public ? ['VIEW', 'TICKET_CREATE'] : [])
  using permissions = await Permission.select(env, project.name, role)
  const actions = new Set(permissions.map(({ action }) => action))
  return new Set(CAPABILITIES.filter((capability) => actions.has(capability)))
}
