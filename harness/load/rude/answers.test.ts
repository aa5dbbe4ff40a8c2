import fc from 'fast-check'
import { expect, test } from 'vitest'
import { openAnswers } from './answers.ts'

/** Feeds bytes in pieces that end at these places. */
const cutAt = (text: string, places: readonly number[], ends = false) => {
  const answers = openAnswers()
  const bytes = Buffer.from(text)
  const cuts = [0, ...places.map(place => place % bytes.length).toSorted((a, b) => a - b), bytes.length]
  for (const [i, from] of cuts.slice(0, -1).entries()) if (cuts[i + 1]! > from) answers.feed(bytes.subarray(from, cuts[i + 1]))
  if (ends) answers.end()
  return answers.all.map(({ text: textOf, ...rest }) => ({ ...rest, text: textOf() }))
}

const places = fc.array(fc.nat(), { maxLength: 8 })

test('answers are the same however they are cut: with a length, in chunks, without a body whatever length it tells, after a 100 Continue', () => {
  const wire =
    'HTTP/1.1 100 Continue\r\n\r\n' +
    'HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\ngrüße o' +
    'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n4;x=y\r\ndefg\r\n0\r\n\r\n' +
    'HTTP/1.1 304 Not Modified\r\ncontent-length: 12\r\n\r\n' +
    'HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n'
  const expected = [
    { status: 200, keepsAlive: true, bodyBytes: 9, complete: true, text: 'grüße o' },
    { status: 200, keepsAlive: true, bodyBytes: 7, complete: true, text: 'abcdefg' },
    { status: 304, keepsAlive: true, bodyBytes: 0, complete: true, text: '' },
    { status: 204, keepsAlive: false, bodyBytes: 0, complete: true, text: '' },
  ]
  fc.assert(
    fc.property(places, at => {
      expect(cutAt(wire, at)).toMatchObject(expected)
    }),
  )
})

test('an answer without a length ends with its connection, and one that is cut off never does', () => {
  const open = 'HTTP/1.1 200 OK\r\n\r\nas long as it lasts'
  fc.assert(
    fc.property(places, at => {
      expect(cutAt(open, at)).toMatchObject([{ complete: false }])
      expect(cutAt(open, at, true)).toMatchObject([{ complete: true, text: 'as long as it lasts' }])
      expect(() => cutAt('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf', at, true)).toThrow()
    }),
  )
})

test('what is no HTTP throws', () => {
  expect(() => cutAt('SSH-2.0-OpenSSH_9.6\r\n', [])).toThrow()
})
