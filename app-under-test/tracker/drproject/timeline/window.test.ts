import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { BadRequest } from '../web/http.ts'
import { FILTERS, timelineQuery } from './window.ts'

const now = new Date('2006-04-02T18:00:00Z')
const query = (text: string) => timelineQuery(new URLSearchParams(text), now)
const span = (text: string) => [query(text).window.start.toISOString(), query(text).window.stop.toISOString()]

describe('the window', () => {
  test.each([
    ['', '2006-03-02T23:59:59.000Z', '2006-04-02T23:59:59.000Z'],
    ['daysback=0', '2006-04-01T23:59:59.000Z', '2006-04-02T23:59:59.000Z'],
    ['from=2006-03-29&daysback=7', '2006-03-21T23:59:59.000Z', '2006-03-29T23:59:59.000Z'],
    ['from=03/29/06&daysback=7', '2006-03-21T23:59:59.000Z', '2006-03-29T23:59:59.000Z'],
    ['daysback=999999999', '1970-01-01T00:00:00.000Z', '2006-04-02T23:59:59.000Z'],
  ])('"%s" is from %s to %s', (text, start, stop) => {
    expect(span(text)).toEqual([start, stop])
  })

  test.each([
    ['from=yesterday', 'from: "yesterday" is not a date between 1970 and 2037. Write it like 2006-03-29.'],
    ['from=2006-02-30', 'from: "2006-02-30" is not a date between 1970 and 2037. Write it like 2006-03-29.'],
    ['from=9999-01-01', 'from: "9999-01-01" is not a date between 1970 and 2037. Write it like 2006-03-29.'],
    ['daysback=-3', 'daysback: "-3" is not a whole number of at most nine digits.'],
    ['daysback=1e9', 'daysback: "1e9" is not a whole number of at most nine digits.'],
    ['max=all', 'max: "all" is not a whole number of at most nine digits.'],
  ])('"%s" is refused in words', (text, words) => {
    expect(() => query(text)).toThrow(new BadRequest(words))
  })

  test('whatever is asked, there is a window with a beginning before its end, or a BadRequest', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string(), (from, daysback, max) => {
        const asked = () => timelineQuery(new URLSearchParams({ from, daysback, max }), now).window
        expect(isRefused(asked) || asked().start < asked().stop).toBe(true)
      }),
    )
  })
})

test('without filters all kinds are told, with some only those', () => {
  expect([...query('').filters]).toEqual([...FILTERS])
  expect([...query('wiki=on&ticket=on&mail=off').filters]).toEqual(['wiki', 'ticket'])
  expect([...query('ticket_details=on').filters].toSorted()).toEqual(['ticket', 'ticket_details'])
})

test('max and format', () => {
  expect([query('max=50&format=rss').max, query('max=50&format=rss').format]).toEqual([50, 'rss'])
  expect([query('max=0').max, query('format=pdf').format]).toEqual([null, 'html'])
})

function isRefused(ask: () => unknown): boolean {
  try {
    ask()
    return false
  } catch (error) {
    if (error instanceof BadRequest) return true
    throw error
  }
}
