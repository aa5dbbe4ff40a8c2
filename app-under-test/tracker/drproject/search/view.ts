import { checkbox } from '../web/controls.ts'
import { html, type Markup } from '../web/html.ts'
import { layout } from '../web/layout.ts'
import { momentOf } from '../web/time.ts'
import { pathIn, type ProjectVisit } from '../web/visit.ts'
import { excerptOf, marked } from './excerpt.ts'
import { KINDS, type Hit, type Kind } from './source.ts'

/** The form, what is wrong with what was asked, and what was found if anything was asked. */
export type Search = { readonly text: string; readonly kinds: ReadonlySet<Kind>; readonly problem?: string } & Partial<Found>

type Found = { readonly terms: readonly string[]; readonly hits: readonly Hit[]; readonly first: number; readonly links: Markup; readonly tooSlow: readonly Kind[] }

export function searchPage(visit: ProjectVisit, { text, kinds, problem, ...found }: Search): Markup {
  const { request, project } = visit
  const body = html`<h1>Search</h1>
<form action="${request.root}${pathIn(project, 'search')}" class="search"><p><input type="search" name="q" value="${text}" size="40" maxlength="400" aria-label="Words"> <button>Search</button></p>
<p>${KINDS.map((kind) => html`${checkbox(kind, 'on', kinds.has(kind), NAMES[kind])} `)}</p></form>
${problem && html`<p class="problem">${problem}</p>\n`}${isFound(found) ? results(visit, found) : HINT}`
  return layout(visit, { title: text ? `Search: ${text}` : 'Search', body })
}

const isFound = (found: Partial<Found>): found is Found => found.hits !== undefined

function results(visit: ProjectVisit, { terms, hits, first, links, tooSlow }: Found): Markup {
  const count = hits.length > 0 ? html`<p class="note">Results ${first} to ${first + hits.length - 1}, newest first.</p>` : html`<p>Nothing ${first > 1 ? 'more ' : ''}was found that has ${terms.length > 1 ? 'all of these words' : 'this'}.</p>`
  const slow = tooSlow.map((kind) => html`<p class="problem">The search of ${NAMES[kind].toLowerCase()} took too long and was given up. Longer or rarer words may do.</p>\n`)
  return html`${slow}${count}
<dl class="results">${hits.map((hit) => item(visit, hit, terms))}</dl>
${links}`
}

const item = ({ request, project }: ProjectVisit, { kind, path, title, text, time, author }: Hit, terms: readonly string[]): Markup => html`<dt><a href="${request.root}${pathIn(project, ...path)}">${marked(title, terms)}</a></dt>
<dd>${excerptOf(text, terms)}<br><span class="note">${NAMES[kind]}${author && `, by ${author}`}, ${momentOf(time)}</span></dd>
`

const NAMES: Readonly<Record<Kind, string>> = { wiki: 'Wiki', ticket: 'Tickets', changeset: 'Changesets', milestone: 'Milestones', mail: 'Mail' }

const HINT = html`<p class="note">Finds what has all the words, in any order and whatever their case. <code>"a phrase"</code> is found as it stands; <code>#12</code> goes to a ticket, <code>[34]</code> or <code>r34</code> to a changeset.</p>`
