import { mentions, newestFirst } from '../db/criteria.ts'
import { NO_SUBJECT } from '../mail/archive.ts'
import { Changeset, Message, Milestone, NewestWikiPage } from '../model.ts'
import type { SearchSource } from './source.ts'
import { searchTickets } from './tickets.ts'

/** The five subsystems. */
export const SOURCES: readonly SearchSource[] = [
  {
    kind: 'wiki',
    search: async (env, project, terms, limit) => {
      using pages = await NewestWikiPage.select(env, project.name, ...holdingAll(terms, ['name', 'text']), newestFirst('time', limit))
      return pages.map(({ name, text, time, author }) => ({ kind: 'wiki', path: ['wiki', name], title: name, text, time, author }))
    },
  },
  { kind: 'ticket', search: searchTickets },
  {
    kind: 'changeset',
    search: async (env, project, terms, limit) => {
      using changesets = await Changeset.select(env, project.name, ...holdingAll(terms, ['message', 'author']), newestFirst('time', limit))
      return changesets.map(({ rev, time, author, message }) => ({ kind: 'changeset', path: ['changeset', rev], title: `Changeset [${rev}]`, text: message, time, author }))
    },
  },
  {
    kind: 'milestone',
    search: async (env, project, terms, limit) => {
      using milestones = await Milestone.select(env, project.name, ...holdingAll(terms, ['name', 'description']), newestFirst('due', limit))
      return milestones.map(({ name, due, description }) => ({ kind: 'milestone', path: ['milestone', name], title: `Milestone ${name}`, text: description, time: due, author: '' }))
    },
  },
  {
    kind: 'mail',
    search: async (env, project, terms, limit) => {
      using messages = await Message.select(env, project.name, ...holdingAll(terms, ['subject', 'body', 'author']), newestFirst('time', limit))
      return messages.map(({ id, time, author, subject, body }) => ({ kind: 'mail', path: ['mail', id], title: subject || NO_SUBJECT, text: body, time, author }))
    },
  },
]

const holdingAll = (terms: readonly string[], columns: readonly string[]) => terms.map((term) => mentions(columns, term))
