import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { entriesOf, harEntry } from './har.ts'

test('of a body no more is kept than of a path, wherever its bytes are cut', async () => {
  const text = JSON.stringify({ log: { entries: [entryOf(1, 'é"\\'.repeat(30_000)), entryOf(2, 'short')] } })
  for (const size of [97, 4_093, 65_536]) {
    const entries = await Array.fromAsync(entriesOf(Readable.from(inPieces(text, size))))
    expect(entries.map(entry => bodyOf(entry).length)).toEqual([expect.closeTo(65_536, -3), 5])
    expect(bodyOf(entries[0]).startsWith('é"\\é"\\')).toBe(true)
    expect(entries.map(harEntry)).toMatchObject([{ path: '/1', status: 200 }, { path: '/2', status: 200 }])
  }
})

test('a URL that would be cut is not replayed as another', async () => {
  const text = JSON.stringify({ log: { entries: [entryOf(1, ''), { ...entryOf(2, ''), request: { method: 'GET', url: `https://example.org/?q=${'x'.repeat(200_000)}` } }] } })
  const entries = await Array.fromAsync(entriesOf(Readable.from(inPieces(text, 4_093))))
  expect(entries.map(harEntry)).toMatchObject([{ path: '/1' }, 'longer than 64 kB'])
})

const entryOf = (n: number, body: string) => ({ startedDateTime: '2026-03-27T10:00:00.250Z', request: { method: 'GET', url: `https://example.org/${n}` }, response: { status: 200, content: { text: body } } })

const bodyOf = (entry: unknown): string => (entry as ReturnType<typeof entryOf>).response.content.text

function* inPieces(text: string, size: number) {
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}
