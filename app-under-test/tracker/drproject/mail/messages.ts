import { record, type RowOf } from '../db/record.ts'
import { User } from '../model.ts'

/** What a list of mails shows of one: no text. `reply_to` is 0 where nothing is answered. */
export const MessageHeader = record({
  name: 'MessageHeader',
  table: 'message',
  key: ['project', 'id'],
  columns: { project: 'text', id: 'integer', time: 'time', author: 'text', subject: 'text', reply_to: 'integer' },
})

/** A mail, and who wrote it. */
export const ArchivedMessage = record({
  name: 'ArchivedMessage',
  table: 'message',
  key: ['project', 'id'],
  columns: { ...MessageHeader.columns, body: 'text' },
  related: { by: (env, message) => User.select(env, message.author) },
})

export type Header = Omit<RowOf<typeof MessageHeader>, 'project'>
