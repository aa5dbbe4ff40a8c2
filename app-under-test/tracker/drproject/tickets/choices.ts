import type { Environment } from '../environment.ts'
import { read } from '../db/read.ts'
import type { ProjectRow } from '../model.ts'

/** What there is to choose from in a project. */
export type Choices = {
  readonly members: readonly Member[]
  /** Those to come first, in the order of their due dates. */
  readonly milestones: readonly { readonly name: string; readonly completed: boolean }[]
  /** Those in use: a ticket may begin another. */
  readonly components: readonly string[]
}

export type Member = { readonly login: string; readonly name: string }

export async function choicesOf(env: Environment, { name: project }: Pick<ProjectRow, 'name'>): Promise<Choices> {
  const [members, milestones, components] = [await read(env, MEMBERS, [project]), await read(env, MILESTONES, [project]), await read(env, COMPONENTS, [project])]
  return {
    members: members.map(([login, name]) => ({ login: String(login), name: String(name) })),
    milestones: milestones.map(([name, completed]) => ({ name: String(name), completed: Boolean(completed) })),
    components: components.map(([component]) => String(component)),
  }
}

const MEMBERS = 'SELECT login, person.name FROM membership JOIN person USING (login) WHERE project = $1 ORDER BY login LIMIT 1000'

const MILESTONES = 'SELECT name, completed > 0 FROM milestone WHERE project = $1 ORDER BY completed > 0, due = 0, due, name LIMIT 1000'

const COMPONENTS = "SELECT DISTINCT component FROM ticket WHERE project = $1 AND component <> '' ORDER BY component LIMIT 200"
