import { BadRequest, page, redirect } from '../web/http.ts'
import { projectPage } from '../web/project-page.ts'
import { pathIn } from '../web/visit.ts'
import { membersSection } from './members.ts'
import { projectSection } from './project.ts'
import { rolesSection } from './roles.ts'
import type { Section } from './section.ts'

/** `/PROJECT/admin`, `/PROJECT/admin/members` and `/PROJECT/admin/roles`: what the project is called, who belongs to it, and what they may do. */
export const adminModule = projectPage({
  path: /\/admin(?:\/(?<name>members|roles))?/,
  answer: async (visit, { name = '' }) => {
    visit.require('PROJECT_ADMIN')
    const section = SECTIONS[name]!
    if (!visit.form) return page(await section.show(visit))
    try {
      await section.change(visit, visit.form)
    } catch (error) {
      if (!(error instanceof BadRequest)) throw error
      return page(await section.show(visit, error.message), 400)
    }
    return redirect(visit.request, pathIn(visit.project, ...(name ? ['admin', name] : ['admin'])))
  },
})

const SECTIONS: Readonly<Record<string, Section>> = { '': projectSection, members: membersSection, roles: rolesSection }
