import { BadRequest, type Response } from '../web/http.ts'
import { projectPage } from '../web/project-page.ts'
import { comparePage } from './compare.ts'
import { editPage } from './edit.ts'
import { historyPage } from './history.ts'
import { isPageName } from './page-name.ts'
import { TITLE_INDEX } from './place.ts'
import { titleIndex } from './title-index.ts'
import { viewPage } from './view.ts'

/** `/PROJECT/wiki/NAME`: a page, `?action=edit`, `history` or `diff`; and `TitleIndex`, a list of them all. */
export const wikiModule = projectPage({
  path: /(?:\/(?:wiki(?:\/(?<name>.*))?)?)?/,
  answer: async (visit, { name: asked }): Promise<Response | null> => {
    const name = asked || 'WikiStart'
    if (!isPageName(name)) return null
    const action = visit.request.args.get('action') ?? 'view'
    switch (action) {
      case 'view':
        return name === TITLE_INDEX ? titleIndex(visit) : viewPage(visit, name)
      case 'edit':
        return editPage(visit, name)
      case 'history':
        return historyPage(visit, name)
      case 'diff':
        return comparePage(visit, name)
      default:
        throw new BadRequest(`action: "${action.slice(0, 40)}" is none of view, edit, history and diff.`)
    }
  },
})
