import { doubtOf } from '../verdict/altered.ts'
import type { Invariant } from '../verdict/verdict.ts'
import { count, list } from '../verdict/words.ts'

export default {
  name: 'the record is whole',
  isCause: true,
  check: ({ altered, damage, end }) => {
    if (altered.length > 0) {
      const faults = [...altered, ...damage]
      return doubtOf(`the record has ${count(faults.length, 'fault')}: ${list(faults, 3)}`)
    }
    if (damage.length > 0)
      return { kind: 'inconclusive', sentence: `the record has ${count(damage.length, 'fault')}: ${list(damage, 3)}`, settledBy: 'run again; what a damaged record lost cannot be judged' }
    switch (end) {
      case 'completed':
      case 'interrupted':
        return { kind: 'pass', sentence: 'every line of the record is there, in order' }
      case 'failed':
        return { kind: 'inconclusive', sentence: 'the run failed before its end', settledBy: 'see the run for the reason, then run again' }
      case 'cut-off':
        return { kind: 'inconclusive', sentence: 'the record was cut off: it has no last word', settledBy: 'run again; the harness died before it could finish' }
      default:
        return end satisfies never
    }
  },
} satisfies Invariant
