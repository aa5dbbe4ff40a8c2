import { expect, test } from 'vitest'
import { clientExtremes } from './client-extremes.ts'
import type { Beat, Phase } from './entry.ts'

/** A beat; null where connections were not read anew. */
type Told = (readonly [clients: number, vanishedClients: number, threads: number]) | null | Omit<Phase, 'kind'> | 'missed'
const of = (beats: readonly Told[]) => {
  const fold = clientExtremes()
  for (const [i, beat] of beats.entries()) {
    const told = (counters: Beat['counters'], missed?: Beat['missed']) => fold.beat({ kind: 'beat', counters, ...(missed && { missed }), atMs: 1_000 * i })
    if (beat === null) told({ 'app.threads': 99 })
    else if (beat === 'missed') told({ 'app.connection-readings': i, 'app.clients': 99 }, ['processes'])
    else if ('phase' in beat) fold.phase({ kind: 'phase', ...beat })
    else told({ 'app.connection-readings': i, 'app.clients': beat[0], 'app.vanished-clients': beat[1], 'app.threads': beat[2] })
  }
  return fold.all().map(({ cycle, fewest, most }) => [cycle, Object.values(fewest), Object.values(most)])
}

const begins = { phase: 'cycle', edge: 'start', cycle: 4 } as const
const settles = { phase: 'settle', edge: 'start', cycle: 4 } as const
const rests = { phase: 'settle', edge: 'end', cycle: 4 } as const

test.each<[string, readonly Told[], readonly unknown[]]>([
  ['the beats with most clients and with fewest, with their threads', [begins, [0, 0, 7], [3, 0, 10], [8, 1, 16], [5, 2, 14], settles, [0, 2, 9]], [[4, [0, 2, 9], [8, 1, 16]]]],
  ['of several that are alike the first with most and the last with fewest', [begins, [0, 0, 7], [8, 0, 15], [8, 1, 16], settles, [0, 1, 8]], [[4, [0, 1, 8], [8, 0, 15]]]],
  ['what is asked outside of cycles is no load', [[40, 0, 50], begins, [0, 0, 7], [2, 0, 9], settles, rests, [60, 0, 70]], [[4, [0, 0, 7], [2, 0, 9]]]],
  ['a beat that tells of earlier connections tells nothing of the threads that they have', [begins, [0, 0, 7], null, [2, 0, 9]], [[4, [0, 0, 7], [2, 0, 9]]]],
  ['nor does one without the probe that reads them', [begins, [0, 0, 7], 'missed'], [[4, [0, 0, 7], [0, 0, 7]]]],
  ['older records do not tell', [begins, null, settles], []],
])('%s', (_, beats, expected) => expect(of(beats)).toEqual(expected))
