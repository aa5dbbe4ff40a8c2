import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readSamples, type Sample } from './samples.ts'

/** What k6 really wrote: see fixtures/capture.ts. */
const captures = { csv: capture('csv'), lowtide: capture('lowtide') }

describe.each(['csv', 'lowtide'] as const)('the samples in k6\'s %s', output => {
  const captured = captures[output]
  const read = (chunks: readonly string[]) => readAs(output, chunks)

  test('gives a start and an end of each of the 60 requests captured', () => {
    const samples = read([captured])
    const started = samples.filter(({ kind }) => kind === 'started').map(({ request }) => request)
    const ended = samples.filter(({ kind }) => kind === 'ended').map(({ request }) => request)
    const expected = Array.from({ length: 60 }, (_, n) => `3-${200 + n}`).toSorted()
    expect(started.toSorted()).toEqual(expected)
    expect(ended.toSorted()).toEqual(expected)
  })

  test('tells outcomes apart as the server behaved', () => {
    const outcomes = new Map<string, Set<string>>()
    for (const sample of read([captured])) {
      if (sample.kind === 'ended') outcomes.set(sample.route, (outcomes.get(sample.route) ?? new Set()).add(sample.outcome))
    }
    expect(Object.fromEntries(outcomes)).toEqual({
      'reading, a lot': new Set(['counted']),
      'wrong content': new Set(['unexpected']),
      error: new Set(['unexpected']),
      hang: new Set(['timed-out']),
      reset: new Set(['broken']),
    })
  })

  test('keeps commas and escapes of a path as they were sent', () => {
    const first = read([captured]).find(sample => sample.kind === 'started' && sample.request === '3-200')
    expect(first).toMatchObject({ kind: 'started', route: 'reading, a lot', path: '/ok?page=200&q=a,b%C3%BC' })
  })

  test('reads the same however the stream is cut', () => {
    const whole = read([captured])
    fc.assert(
      fc.property(fc.array(fc.nat(captured.length), { maxLength: 200 }), cuts => {
        expect(read(cut(captured, cuts))).toEqual(whole)
      }),
      { numRuns: 50 },
    )
  })

  test('reads the same one character at a time', () => {
    const short = captured.slice(0, 6_000)
    expect(read(short.split(''))).toEqual(read([short]))
  })

  test('carry status and error code of each request', () => {
    const of = (route: string) => read([captured]).find(sample => sample.kind === 'ended' && sample.route === route)
    expect(of('error')).toMatchObject({ status: 500, errorCode: 1500 })
    expect(of('hang')).toMatchObject({ status: 0, errorCode: 1050 })
    expect(of('reset')).toMatchObject({ status: 0, errorCode: 1220 })
  })
})

describe('k6 CSV', () => {
  const read = (chunks: readonly string[]) => readAs('csv', chunks)

  test('has no more than 14 rows for a request: k6 writes all that has gathered at once, and users wait meanwhile', () => {
    const rows = captures.csv.split('\n').map(row => row.slice(0, row.indexOf(',')))
    expect(rows.filter(metric => /^(http_req|lowtide_|data_|iteration)/.test(metric))).toHaveLength(14 * 60)
  })

  test('passes over a value of the user that looks like one of ours', () => {
    expect(read(['checks,1,1,who=lowtide_started,\n'])).toEqual([])
  })

  test('finds ours among tags of the user that k6 had to quote', () => {
    const row = 'lowtide_ended,1000000,2.5,"team=a,b&route=r&outcome=counted&answer=200&fault=0",request=0-1\n'
    expect(read([row])).toEqual([{ kind: 'ended', atMs: 1000, request: '0-1', route: 'r', outcome: 'counted', durationMs: 2.5, status: 200, errorCode: 0 }])
  })

  test('says which row it does not understand, rather than to miss it', () => {
    expect(() => read(['lowtide_started,1,1,route=r,\n'])).toThrow('k6 sent a row without request: route=r')
    expect(() => read(['lowtide_ended,1,1,route=r&outcome=fine,request=0-1\n'])).toThrow('an outcome that Lowtide does not know: fine')
  })
})

test('a line of our own output that has lost a field is not passed over', () => {
  expect(() => readAs('lowtide', ['s,1000000,0.000,0-1,page\n'])).toThrow('k6 sent a line that Lowtide does not know: s,1000000,0.000,0-1,page')
})

const readAs = (output: 'csv' | 'lowtide', chunks: readonly string[]): Sample[] => {
  const samples: Sample[] = []
  const take = readSamples(output, sample => samples.push(sample))
  for (const chunk of chunks) take(chunk)
  return samples
}

const cut = (text: string, at: readonly number[]): string[] => {
  const edges = [0, ...at.toSorted((a, b) => a - b), text.length]
  return edges.slice(1).map((edge, i) => text.slice(edges[i], edge))
}

function capture(output: string): string {
  return readFileSync(new URL(`fixtures/samples.${output}`, import.meta.url), 'latin1')
}
