import { capabilitiesOf, type Capability } from '../auth/capabilities.ts'
import { Project } from '../model.ts'
import { explain, notFound, type RequestHandler } from './dispatcher.ts'
import { Forbidden, type Response } from './http.ts'
import type { ProjectVisit } from './visit.ts'

/**
 * A handler for `/PROJECT` + `path`. It answers only those who may view the project; for all others there is no such thing.
 * `answer` gets the named groups of the pattern; null says that there is nothing here. Pages that take forms look at `visit.form`.
 */
export function projectPage({ path, answer }: { readonly path: RegExp; readonly answer: (visit: ProjectVisit, groups: Groups) => Promise<Response | null> }): RequestHandler {
  const pattern = new RegExp(`^/(?<project>[^/]+)${path.source}$`, path.flags)
  return {
    match: (request) => pattern.exec(request.path),
    process: async (visit, match) => {
      const { project: name = '', ...groups } = match.groups ?? {}
      using projects = await Project.select(visit.env, name)
      const project = projects[0]
      if (!project) return null
      const capabilities = await capabilitiesOf(visit.env, visit.visitor, project)
      if (!capabilities.has('VIEW')) return null
      const require: ProjectVisit['require'] = (capability) => {
        if (capabilities.has(capability)) return
        throw new Forbidden(visit.visitor.kind === 'anonymous' ? `Log in first: this needs ${capability} in ${project.title}.` : `This needs ${capability} in ${project.title}, which you (${visit.visitor.login}) do not have.`)
      }
      const inside = { ...visit, project, can: (capability: Capability) => capabilities.has(capability), require }
      // Here, and not in the dispatcher, which knows no project: who is refused one page still has the way to the others.
      try {
        return (await answer(inside, groups)) ?? notFound(inside)
      } catch (error) {
        return explain(inside, error)
      }
    },
  }
}

/** Named groups of the pattern; those that took no part are undefined. */
export type Groups = Readonly<Record<string, string | undefined>>
