import { expect, test } from 'vitest'
import { PRESETS } from './presets.ts'
import { byTable, TABLES, type Table } from './rows.ts'

const course = PRESETS.course!
const rows = byTable(course.rows(2006))

test('the same seed gives the same rows, another seed others', () => {
  expect(byTable(course.rows(2006))).toEqual(rows)
  expect(byTable(course.rows(2007)).ticket).not.toEqual(rows.ticket)
})

test('course is 20 projects of about 100 tickets, with 5 to 6 changes each, and one that strangers do not see', () => {
  expect(column('project', 'public').filter((anybody) => anybody)).toHaveLength(20)
  expect(rows.project).toHaveLength(21)
  expect(rows.ticket.length / 20).toBeGreaterThan(90)
  expect(rows.ticket.length / 20).toBeLessThan(110)
  expect(rows.ticket_change.length / rows.ticket.length).toBeGreaterThan(5)
  expect(rows.ticket_change.length / rows.ticket.length).toBeLessThan(6)
})

test('messages: median 91 characters, 42 % cite a ticket', () => {
  const messages = column('revision', 'message').map(String)
  const lengths = messages.map((message) => message.length).sort((a, b) => a - b)
  expect(Math.abs(lengths[lengths.length >> 1]! - 91)).toBeLessThan(5)
  expect(messages.filter((message) => /#\d+/.test(message)).length / messages.length).toBeCloseTo(0.42, 1)
})

test('files per commit: half touch one, a tenth five or more', () => {
  const files = Object.values(Object.groupBy(rows.node_change, ([project, rev]) => `${project} ${rev}`)).map((changes) => changes!.length).sort((a, b) => a - b)
  expect([files[Math.floor(files.length * 0.5)], files[Math.floor(files.length * 0.9)]]).toEqual([1, 5])
})

test('a heading of a wiki page has a text below it', () => {
  const texts = column('wiki', 'text').map(String)
  expect(texts.some((text) => text.includes('\n== '))).toBe(true)
  expect(texts.filter((text) => /^== .* ==\s*(?:^==|$(?![^]))/m.test(text))).toEqual([])
})

test('nothing happens after the last day', () => {
  const end = Date.parse(`${course.lastDay}T23:59:59Z`) / 1000
  for (const table of ['ticket', 'ticket_change', 'wiki', 'revision', 'message'] as const) expect(Math.max(...column(table, 'time').map(Number))).toBeLessThanOrEqual(end)
})

const column = (table: Table, name: string) => rows[table].map((row) => row[(TABLES[table] as readonly string[]).indexOf(name)])
