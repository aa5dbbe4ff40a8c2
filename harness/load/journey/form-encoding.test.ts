import { expect, test } from 'vitest'
import { encoded, type Entries, type TextFile } from './form-encoding.ts'

/** As a server that is none of ours reads it. */
const received = async (entries: Entries, file?: TextFile) => {
  const { type, body } = encoded(entries, file)
  return [...(await new Request('http://app.test/', { method: 'POST', body, headers: { 'content-type': type } }).formData())]
}
const file: TextFile = { field: 'file', name: 'a.txt', text: 'one\ntwo' }

test.each([
  ['url-encoded', undefined],
  ['multipart', file],
])('names and values arrive in their order, %s, each as often as it was sent, with line ends of the network', async (_, file) => {
  expect((await received([['tag', 'a&b=c'], ['text', 'one\ntwo\rthree\r\nfour'], ['tag', 'grüße']], file)).slice(0, 3)).toEqual([['tag', 'a&b=c'], ['text', 'one\r\ntwo\r\nthree\r\nfour'], ['tag', 'grüße']])
})

test('a name with quotes or line ends is a name, and adds no line to the head of its part', async () => {
  const [hostile, name] = ['a"; filename="b\r\nX-Header: c\n\nd', 'a"; filename="b\r\nX-Header: c\r\n\r\nd']
  expect(encoded([[hostile, '1']], { ...file, field: hostile, name: 'my "own".txt' }).body.split('\r\n').filter(line => line.startsWith('Content-Disposition'))).toEqual([
    'Content-Disposition: form-data; name="a%22; filename=%22b%0D%0AX-Header: c%0D%0A%0D%0Ad"',
    'Content-Disposition: form-data; name="a%22; filename=%22b%0D%0AX-Header: c%0D%0A%0D%0Ad"; filename="my %22own%22.txt"',
  ])
  const [field, sent] = await received([[hostile, '1']], { ...file, field: hostile })
  expect(field).toEqual([name, '1'])
  expect(sent?.[0]).toBe(name)
})

test('a file keeps its line ends', async () => {
  const [[, sent] = []] = await received([], file)
  expect([(sent as File).name, await (sent as File).text()]).toEqual(['a.txt', 'one\ntwo'])
})
