import { times } from './calendar.ts'
import type { ProjectSpec } from './project.ts'
import { chance, pick, poisson, randomOf, zipf, type Random } from './random.ts'
import type { SeedRow } from './rows.ts'
import { message, snippet, title } from './text.ts'
import { COMPONENTS, ticketsUntil } from './tickets.ts'

/** Pages that grow and are revised: each version is the one before, with an edit. */
export function* wikiRows(spec: ProjectSpec): Generator<SeedRow> {
  const { seed, name, team, calendar, wikiEditsPerDay } = spec
  const random = randomOf(seed, name, 'wiki')
  const [author, popular] = [zipf(team.length, 1.9), zipf(WIKI_PAGES.length, 1)]
  const tickets = ticketsUntil(spec)
  const pages = new Map<string, { readonly version: number; readonly blocks: readonly string[] }>()
  for (const [i, time] of [calendar.begin, ...times(random, calendar, () => poisson(random, wikiEditsPerDay))].entries()) {
    const page = i === 0 ? 'WikiStart' : WIKI_PAGES[popular(random)]!
    const { version, blocks } = pages.get(page) ?? { version: 0, blocks: [] }
    const edited = version === 0 ? beginning(random, page, tickets(time)) : revised(random, blocks, tickets(time))
    pages.set(page, { version: version + 1, blocks: edited })
    yield ['wiki', [name, page, version + 1, time, team[author(random)]!, edited.join('\n\n'), version === 0 ? 'First version.' : title(random)]]
    if (version === 0) yield ['tag', [name, 'wiki', page, pick(random, COMPONENTS)]]
  }
}

function beginning(random: Random, page: string, tickets: number): string[] {
  const start = [`= ${page} =`, message(random, Math.min(tickets, 20))]
  return page === 'WikiStart' ? [...start, `== Where to begin ==\n\n${WIKI_PAGES.slice(1, 6).map((other) => ` * [wiki:${other}]`).join('\n')}`] : [...start, list(random, tickets)]
}

/** One block is added, rewritten or taken out. The title stays, and nothing grows for ever. */
function revised(random: Random, blocks: readonly string[], tickets: number): string[] {
  const block = newBlock(random, tickets)
  const at = 1 + Math.floor(random() * (blocks.length - 1))
  if (blocks.length >= LONGEST) return blocks.toSpliced(at, 1)
  return chance(random, 0.35) ? blocks.with(at, block) : [...blocks, block]
}

const LONGEST = 16

function newBlock(random: Random, tickets: number): string {
  const text = message(random, Math.min(tickets, 20))
  const kind = random()
  if (kind < 0.3) return text
  if (kind < 0.5) return `== ${title(random)} ==\n\n${text}`
  if (kind < 0.75) return list(random, tickets)
  if (kind < 0.85) return `${text} See [wiki:${pick(random, WIKI_PAGES)} ${title(random).toLowerCase().replaceAll(/[[\]{}]/g, '')}].`
  if (kind < 0.93) return `'''${title(random)}''': [${1 + Math.floor(random() * 20)}].`
  return snippet(random)
}

function list(random: Random, tickets: number): string {
  const ordered = chance(random, 0.3)
  return Array.from({ length: 2 + Math.floor(random() * 4) }, (_, i) => ` ${ordered ? `${i + 1}.` : '*'} ${title(random)}${tickets > 0 && chance(random, 0.3) ? ` (#${1 + Math.floor(random() * Math.min(tickets, 20))})` : ''}`).join('\n')
}

const WIKI_PAGES = ['WikiStart', 'Design', 'MeetingNotes', 'Requirements', 'TestPlan', 'Schema', 'CodingStyle', 'Release', 'Ideas', 'Setup', 'Glossary', 'Risks']
