import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { BadRequest } from '../../web/http.ts'
import { COLUMN_NAMES, GROUPING } from './columns.ts'
import { argsOfForm } from './filter-form.ts'
import { modesOf, parseQuery, queryArgs, type Filter, type TicketQuery } from './query.ts'
import { countStatement, rowsStatement } from './statement.ts'

const asker = { project: 'All', login: 'ada' }

test('nothing asked: the open tickets, most urgent first', () => {
  const query = parseQuery(new URLSearchParams(''))
  expect(query).toMatchObject({ filters: [{ column: 'status', mode: 'is', values: ['new', 'assigned', 'reopened'] }], order: 'priority', descending: false, group: null, max: 100 })
  expect(parseQuery(new URLSearchParams('page=2&format=csv'))).toEqual(query)
  expect(parseQuery(new URLSearchParams('order=id&summary=~')).filters).toEqual([])
})

test('an address that says it all can be read again', () => {
  const filter = fc.constantFrom(...COLUMN_NAMES).chain((column) =>
    fc.constantFrom(...modesOf(column)).chain((mode) => fc.uniqueArray(valueOf(column, mode), { minLength: 1, maxLength: 3 }).map((values): Filter => ({ column, mode, values }))),
  )
  const query: fc.Arbitrary<TicketQuery> = fc.record({
    filters: fc.uniqueArray(filter, { maxLength: 5, selector: ({ column, mode }) => `${column} ${mode}` }),
    order: fc.constantFrom(...COLUMN_NAMES),
    descending: fc.boolean(),
    group: fc.option(fc.constantFrom(...GROUPING)),
    columns: fc.uniqueArray(fc.constantFrom(...COLUMN_NAMES), { minLength: 1 }),
    max: fc.integer({ min: 1, max: 999 }),
  })
  fc.assert(
    fc.property(query, (made) => {
      expect(parseQuery(new URLSearchParams(String(queryArgs(made))))).toEqual(made)
    }),
  )
})

const valueOf = (column: string, mode: string) =>
  column === 'id' ? fc.nat(999_999_999).map(String) : mode === 'since' || mode === 'before' ? fc.constantFrom('2006-03-01', '2005-12-31') : fc.string({ maxLength: 20, minLength: mode === 'contains' ? 1 : 0 })

test.each([
  ['foo=bar', 'Tickets have no "foo"'],
  ['order=password', 'order: "password" is not possible. Use one of: id, '],
  ['order=id&group=summary', 'group: "summary" is not possible'],
  ['order=id&col=id;DROP', 'col: "id;DROP" is not possible'],
  ['order=id&max=1000', 'from 1 to 999'],
  ['id=~1', 'is not the number of a ticket'],
  ['time=2006-03-01', 'is not a day. Use time=>2006-03-01'],
  ['changetime=>2006-02-30', 'is not a day'],
  [`summary=${'x'.repeat(201)}`, 'longer than 200'],
  [Array.from({ length: 101 }, (_, i) => `id=${i}`).join('&'), 'more than 100 values'],
])('%.40s is told what would do', (args, words) => {
  expect(() => parseQuery(new URLSearchParams(args))).toThrow(BadRequest)
  expect(() => parseQuery(new URLSearchParams(args))).toThrow(words)
})

describe('the statement', () => {
  test('has every value as a parameter, and bounds', () => {
    const query = parseQuery(new URLSearchParams([['owner', '$USER'], ['summary', "~50%_'"], ['milestone', '!'], ['time', '>2006-03-01'], ['order', 'priority'], ['desc', '1'], ['group', 'milestone']]))
    expect(rowsStatement(query, ['id', 'summary'], asker, 101, 200)).toEqual({
      text: "SELECT id, summary, milestone, count(*) OVER (PARTITION BY milestone) FROM ticket WHERE project = $1 AND (owner IN ($2)) AND (summary ILIKE $3) AND (milestone NOT IN ($4)) AND (time >= $5) ORDER BY milestone, milestone, array_position(ARRAY['highest', 'high', 'normal', 'low', 'lowest'], priority) DESC, id LIMIT $6 OFFSET $7",
      values: ['All', 'ada', String.raw`%50\%\_'%`, '', 1_141_171_200, 101, 200],
    })
  })

  test('counts several queries in one go', () => {
    const queries = ['status=closed', 'owner=ada&owner=ben'].map((args) => parseQuery(new URLSearchParams(args)))
    expect(countStatement(queries, asker)).toEqual({
      text: 'SELECT count(*) FILTER (WHERE project = $2 AND (status IN ($3))), count(*) FILTER (WHERE project = $4 AND (owner IN ($5, $6))) FROM ticket WHERE project = $1',
      values: ['All', 'All', 'closed', 'All', 'ada', 'ben'],
    })
  })
})

describe('the form', () => {
  test('becomes an address to keep', () => {
    const sent = 'update=1&column.0=status&mode.0=is+not&value.0=closed&column.1=summary&mode.1=contains&value.1=crash&value.1=&column.2=milestone&mode.2=is&value.2=&nothing.2=1&add=owner&order=id&group=&max=100'
    expect(String(argsOfForm(new URLSearchParams(sent)))).toBe('status=%21closed&summary=%7Ecrash&milestone=&order=id&max=100&add=owner')
    expect(argsOfForm(new URLSearchParams('status=new'))).toBeNull()
  })

  test('without filters asks for all tickets, not for the open ones', () => {
    expect(parseQuery(argsOfForm(new URLSearchParams('update=1'))!).filters).toEqual([])
  })
})
