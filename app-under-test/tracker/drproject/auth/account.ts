import { record } from '../db/record.ts'

/** A person's password, as it is stored: read and written here, and never brought along with a name. */
export const Account = record({
  name: 'Account',
  table: 'person',
  key: ['login'],
  columns: { login: 'text', name: 'text', email: 'text', password: 'text' },
})
