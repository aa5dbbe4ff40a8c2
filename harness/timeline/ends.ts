import type { KeptRequest } from './entry.ts'

/** How a request ended. */
export type RequestEnd = Pick<KeptRequest, 'outcome' | 'status' | 'errorCode'>

/**
 * How requests ended, one after the other, as words with spaces between them. `200`: answered with that status, as expected. `unexpected/500`: not as expected. `timed-out/0/1050`: with k6's number of
 * what went wrong. `200*998`: 998 of the same in a row.
 */
export function encodeEnds(ends: readonly RequestEnd[]): string {
  const runs: { readonly word: string; times: number }[] = []
  for (const word of ends.map(wordOf)) {
    const last = runs.at(-1)
    if (last?.word === word) last.times += 1
    else runs.push({ word, times: 1 })
  }
  return runs.map(({ word, times }) => (times === 1 ? word : `${word}*${times}`)).join(' ')
}

const wordOf = ({ outcome, status, errorCode }: RequestEnd): string => `${outcome === 'counted' ? '' : `${outcome}/`}${status}${errorCode === 0 ? '' : `/${errorCode}`}`

/** The same back. What cannot be understood, as in a damaged record, ends the list. */
export function decodeEnds(text: string): readonly RequestEnd[] {
  const ends: RequestEnd[] = []
  for (const run of text.split(' ')) {
    const [, outcome = 'counted', status, errorCode = '0', times = '1'] = shape.exec(run) ?? []
    if (status === undefined || ends.length + Number(times) > mostEnds) return ends
    const end = { outcome: outcome as RequestEnd['outcome'], status: Number(status), errorCode: Number(errorCode) }
    for (let n = Number(times); n > 0; n -= 1) ends.push(end)
  }
  return ends
}

const shape = /^(?:(counted|unexpected|timed-out|broken)\/)?(\d{1,3})(?:\/(\d{1,4}))?(?:\*(\d{1,6}))?$/

/** No route of one cycle has more on record. */
const mostEnds = 100_000
