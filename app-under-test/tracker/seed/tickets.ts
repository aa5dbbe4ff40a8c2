import { DAY } from './calendar.ts'
import type { ProjectSpec } from './project.ts'
import { chance, exponential, negativeBinomial, pick, randomOf, zipf, type Draw, type Random } from './random.ts'
import type { SeedRow } from './rows.ts'
import { message, snippet, title } from './text.ts'

export const COMPONENTS = ['parser', 'web', 'database', 'reports', 'build', 'docs']

/** Tickets in the order in which they were opened, each followed by its changes. */
export function* ticketRows(spec: ProjectSpec): Generator<SeedRow> {
  const random = streamOf(spec)
  const code = randomOf(spec.seed, spec.name, 'ticket code')
  const people = [...spec.team, ...spec.others]
  const opened = openings(spec, random)
  const [reporter, committer] = [zipf(people.length, 1.1), zipf(spec.team.length, 1.9)]
  for (const [i, time] of opened.entries()) {
    const id = i + 1
    const reportedBy = people[reporter(random)]!
    const state: TicketState = { owner: '', status: 'new', resolution: '', priority: pick(random, PRIORITIES), milestone: milestoneAt(spec, time), component: pick(random, COMPONENTS) }
    const { component } = state
    const { rows, changed } = changesOf(spec, random, committer, id, time, state)
    const pasted = chance(code, 0.15) ? `\n\n${snippet(code)}` : ''
    yield ['ticket', [spec.name, id, pick(random, TYPES), time, changed, component, state.priority, state.owner, reportedBy, state.milestone, state.status, state.resolution, title(random), message(random, id - 1) + pasted]]
    yield* rows
  }
}

/** How many tickets there are at a time, to be asked in the order of time: nobody cites one that is still to come. */
export function ticketsUntil(spec: ProjectSpec): (time: number) => number {
  const opened = openings(spec, streamOf(spec))
  let count = 0
  return (time) => {
    while (count < opened.length && opened[count]! <= time) count++
    return count
  }
}

const streamOf = ({ seed, name }: ProjectSpec) => randomOf(seed, name, 'tickets')

/** The first that is drawn from the stream. */
const openings = ({ tickets, calendar }: ProjectSpec, random: Random) => Array.from({ length: tickets }, () => calendar.second(random)).sort((a, b) => a - b)

type TicketState = { owner: string; status: string; resolution: string; priority: string; milestone: string; component: string }

/** Somebody takes the ticket, people talk, somebody closes it: 5 to 6 rows. Edits that would fall after the last day are not made yet. */
function changesOf({ name, team, calendar, editsPerTicket }: ProjectSpec, random: Random, committer: Draw, ticket: number, opened: number, state: TicketState): { readonly rows: readonly SeedRow[]; readonly changed: number } {
  const rows: SeedRow[] = []
  let time = opened
  let changed = opened
  const edit = (fields: Partial<TicketState>, comment: number) => {
    time += 60 + Math.floor(exponential(random, 2.5 * DAY))
    if (time > calendar.end) return
    const author = team[committer(random)]!
    for (const [field, newvalue] of Object.entries(fields)) {
      const before = state[field as keyof TicketState]
      if (before === newvalue) continue
      rows.push(['ticket_change', [name, ticket, time, author, field, before, newvalue]])
      state[field as keyof TicketState] = newvalue
    }
    if (Object.keys(fields).length === 0 || chance(random, comment)) rows.push(['ticket_change', [name, ticket, time, author, 'comment', '', message(random, ticket)]])
    changed = time
  }

  if (chance(random, 0.75)) edit({ owner: team[committer(random)]!, status: 'assigned' }, 0.6)
  for (let edits = negativeBinomial(random, editsPerTicket, 1.5); edits > 0; edits--) edit(chance(random, 0.3) ? { priority: pick(random, PRIORITIES) } : {}, 0.9)
  if (chance(random, 0.8)) edit({ status: 'closed', resolution: pick(random, RESOLUTIONS) }, 0.9)
  if (state.status === 'closed' && chance(random, 0.08)) edit({ status: 'reopened', resolution: '' }, 1)
  return { rows, changed }
}

function milestoneAt({ calendar, deadlines }: ProjectSpec, time: number): string {
  const next = deadlines.findIndex((deadline) => calendar.begin + (deadline + 1) * DAY > time)
  return next < 0 ? '' : milestoneName(next)
}

export const milestoneName = (index: number) => `milestone${index + 1}`

const TYPES = ['defect', 'defect', 'defect', 'enhancement', 'task']
const PRIORITIES = ['lowest', 'low', 'normal', 'normal', 'normal', 'high', 'highest']
const RESOLUTIONS = ['fixed', 'fixed', 'fixed', 'invalid', 'wontfix', 'duplicate', 'worksforme']
