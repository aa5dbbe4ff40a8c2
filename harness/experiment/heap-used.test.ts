import { expect, test } from 'vitest'
import { heapUsedIn } from './heap-used.ts'

test.each([
  ['a number of bytes', '{"heapUsedBytes": 8123456, "heapTotalBytes": 9000000}', { 'app.heap-used-bytes': 8_123_456 }],
  ['a collection that tells nothing', 'collected 12 objects', {}],
  ['JSON of something else', '{"heapUsed": 3}', {}],
  ['a number in a text', '{"heapUsedBytes": "8123456"}', {}],
  ['null', 'null', {}],
  ['no answer', '', {}],
])('%s', (_, body, counters) => expect(heapUsedIn(body)).toEqual(counters))
