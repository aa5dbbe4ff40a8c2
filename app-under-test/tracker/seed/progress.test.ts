import { expect, test } from 'vitest'
import { progressBar } from './progress.ts'

test('a terminal gets a bar with what is left, and in the end an empty line', () => {
  expect(shownBy(true, [[100, 10], [500, 2000], [500, 2050], [1000, 4000]])).toEqual(['\r\x1b[K[###############...............] 50 %, 500 rows, 2 s left', '\r\x1b[K[#############################.] 99 %, 1000 rows, 1 s left', '\r\x1b[K'])
})

test('elsewhere a line now and then, without control characters', () => {
  expect(shownBy(false, [[100, 1000], [250, 3000], [300, 3100]])).toEqual(['25 %, 250 rows, 9 s left\n'])
})

test('what takes no time shows nothing', () => {
  expect(shownBy(true, [[1000, 500]])).toEqual([])
})

/** What it writes of 1000 rows, told how many there are at which millisecond. */
function shownBy(isTTY: boolean, told: readonly (readonly [rows: number, ms: number])[]): string[] {
  const written: string[] = []
  let ms = 0
  const progress = progressBar(1000, { stream: { isTTY, write: (text: string | Uint8Array) => written.push(String(text)) > 0 }, now: () => ms })
  for (const [rows, at] of told) {
    ms = at
    progress(rows)
  }
  progress(1000, true)
  return written
}
