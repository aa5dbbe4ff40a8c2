import { entryPoint } from '../component.ts'
import { BadRequest, page, redirect } from '../web/http.ts'
import { pageAsked, pageOf } from '../web/pager.ts'
import { projectPage } from '../web/project-page.ts'
import type { ProjectVisit } from '../web/visit.ts'
import { hrefOf, linkTo } from '../wiki/links.ts'
import { ISearchSource, KINDS, type Hit, type Kind } from './source.ts'
import { termsOf } from './terms.ts'
import { withTimeLimit } from './time-limit.ts'
import { searchPage } from './view.ts'

/** `/PROJECT/search?q=...`: all that has all the words, newest first. `wiki ticket changeset milestone mail` (`=on`) restrict it; `#12` and `[34]` go there. */
export const searchModule = projectPage({
  path: /\/search/,
  answer: async (visit) => {
    const { args } = visit.request
    const text = args.get('q')?.trim() ?? ''
    const target = jump(visit, text)
    if (target) return redirect(visit.request, target)

    const named = KINDS.filter((kind) => args.has(kind))
    const kinds = new Set(named.length > 0 ? named : KINDS)
    const asked = termsOf(text)
    if (asked.kind === 'none') return page(searchPage(visit, { text, kinds }))
    if (asked.kind === 'refused') return page(searchPage(visit, { text, kinds, problem: asked.problem }), 400)

    const listPage = pageAsked(args, PAGE_SIZE)
    if (listPage.number > MOST_PAGES) throw new BadRequest(`page: only the newest ${MOST_PAGES * PAGE_SIZE} results can be seen. More words find fewer.`)
    const { hits, tooSlow } = await gather(visit, asked.terms, kinds, listPage.offset + listPage.limit)
    const { shown, links } = pageOf(visit.request, listPage, hits.slice(listPage.offset, listPage.offset + listPage.limit))
    return page(searchPage(visit, { text, kinds, terms: asked.terms, hits: shown, first: listPage.offset + 1, links, tooSlow }))
  },
})

const PAGE_SIZE = 10
const MOST_PAGES = 50
const LONGEST_STATEMENT_MS = 5000

/** The newest of each source, then the newest of all. A source that takes too long is named, and the others are still shown. */
async function gather({ env, project }: ProjectVisit, terms: readonly string[], kinds: ReadonlySet<Kind>, limit: number): Promise<{ readonly hits: readonly Hit[]; readonly tooSlow: readonly Kind[] }> {
  using locals = env.heap.frame()
  const sources = entryPoint(env.heap, env.components, ISearchSource)
  locals.own(sources.object)
  const hits: Hit[] = []
  const tooSlow: Kind[] = []
  for (const source of sources.implementations()) {
    if (!kinds.has(source.kind)) continue
    const found = await withTimeLimit(env, LONGEST_STATEMENT_MS, () => source.search(env, project, terms, limit))
    if (found) hits.push(...found)
    else tooSlow.push(source.kind)
  }
  return { hits: hits.sort((a, b) => b.time.getTime() - a.time.getTime()), tooSlow }
}

/** Where `#12`, `r12`, `[12]`, `ticket:12` and their kind lead; null for anything else, addresses elsewhere among them. */
function jump({ project }: ProjectVisit, text: string): string | null {
  const link = linkTo(text.replace(/^\[r?(\d{1,9})\]$/, 'r$1'))
  return link && link.kind !== 'elsewhere' ? hrefOf(link, { root: '', project }) : null
}
