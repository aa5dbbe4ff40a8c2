import type { KeptRequest } from './entry.ts'

/** What came of a request. */
export type Came = Pick<KeptRequest, 'outcome' | 'status' | 'errorCode'>

/**
 * What came of requests one after the other, in words with blanks between them: `200` was answered so, as expected; `unexpected/500` was not; `timed-out/0/1050` has k6's number of what went
 * wrong as well. `200*998` are so many of the same.
 */
export function encodeEnds(ends: readonly Came[]): string {
  const runs: { readonly word: string; times: number }[] = []
  for (const word of ends.map(wordOf)) {
    const last = runs.at(-1)
    if (last?.word === word) last.times += 1
    else runs.push({ word, times: 1 })
  }
  return runs.map(({ word, times }) => (times === 1 ? word : `${word}*${times}`)).join(' ')
}

const wordOf = ({ outcome, status, errorCode }: Came): string => `${outcome === 'counted' ? '' : `${outcome}/`}${status}${errorCode === 0 ? '' : `/${errorCode}`}`

/** The same back. What cannot be understood, as in a damaged record, ends the list. */
export function decodeEnds(text: string): readonly Came[] {
  const ends: Came[] = []
  for (const run of text.split(' ')) {
    const [, outcome = 'counted', status, errorCode = '0', times = '1'] = shape.exec(run) ?? []
    if (status === undefined || ends.length + Number(times) > mostEnds) return ends
    const came = { outcome: outcome as Came['outcome'], status: Number(status), errorCode: Number(errorCode) }
    for (let n = Number(times); n > 0; n -= 1) ends.push(came)
  }
  return ends
}

const shape = /^(?:(counted|unexpected|timed-out|broken)\/)?(\d{1,3})(?:\/(\d{1,4}))?(?:\*(\d{1,6}))?$/

/** No route of one cycle has more on record. */
const mostEnds = 100_000
