import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { entriesOf, harEntry } from './har.ts'

const hundredKilobytes = 'iVBORw0KGgoAAAANSUhEUgAA'.repeat(4_096).slice(0, 100_000)

/** A thousand pages with pictures, among them one answer of 400 MB: 500 MB in all. */
function* har() {
  yield '{"log":{"version":"1.2","entries":['
  for (let n = 0; n < 1_000; n++) {
    yield `${n === 0 ? '' : ','}{"startedDateTime":"2026-03-27T10:00:00.250Z","request":{"method":"GET","url":"https://example.org/page/${n}"},"response":{"status":200,"content":{"text":"`
    for (let part = 0; part < (n === 500 ? 4_000 : 1); part++) yield hundredKilobytes
    yield '"}}}'
  }
  yield ']}}'
}

test('a HAR of 500 MB, most of it one answer, is read to its end in flat memory', { timeout: 300_000 }, async () => {
  const beforeBytes = process.memoryUsage.rss()
  let [read, peakBytes] = [0, 0]
  for await (const entry of entriesOf(Readable.from(har()))) {
    if (typeof harEntry(entry) !== 'string') read++
    peakBytes = Math.max(peakBytes, process.memoryUsage.rss() - beforeBytes)
  }
  expect(read).toBe(1_000)
  expect(peakBytes).toBeLessThan(150_000_000)
})
