import { times } from './calendar.ts'
import type { ProjectSpec } from './project.ts'
import { chance, exponential, poisson, randomOf, zipf } from './random.ts'
import type { SeedRow } from './rows.ts'
import { message, title } from './text.ts'
import { ticketsUntil } from './tickets.ts'

/** Mail to the project's list. Six of ten answer one of those before, rarely an old one. */
export function* mailRows(spec: ProjectSpec): Generator<SeedRow> {
  const { seed, name, team, others, calendar, mailsPerDay } = spec
  const random = randomOf(seed, name, 'mail')
  const people = [...team, ...others]
  const author = zipf(people.length, 1.1)
  const tickets = ticketsUntil(spec)
  const recent: { readonly id: number; readonly subject: string }[] = []
  for (const [i, time] of times(random, calendar, () => poisson(random, mailsPerDay)).entries()) {
    const id = i + 1
    const answered = chance(random, 0.6) ? recent[Math.floor(exponential(random, 5))] : undefined
    const subject = answered ? `Re: ${answered.subject.replace(/^Re: /, '')}` : title(random)
    yield ['message', [name, id, time, people[author(random)]!, subject, `${message(random, tickets(time))}\n\n${message(random, tickets(time))}`, answered?.id ?? 0]]
    recent.unshift({ id, subject })
    if (recent.length > 50) recent.pop()
  }
}
