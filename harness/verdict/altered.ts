import type { Timeline } from '../timeline/timeline.ts'
import type { Finding, Inconclusive } from './verdict.ts'

/** What is not known because the record was changed after it was written. It is told before everything else that is not known, which may have the same cause. */
export const doubtOf = (sentence: string): Inconclusive => ({ kind: 'inconclusive', sentence, settledBy: 'judge a copy of the record that is as it was written, or run again', because: 'altered record' })

/** Whether a finding says only that the record was changed. */
export const isDoubt = (finding: Finding): boolean => finding.kind === 'inconclusive' && finding.because === 'altered record'

/** In a record that was changed after it was written, the changed byte may be the one that shows the leak. So nothing in it is certain: a leak or a crossed threshold becomes inconclusive. */
export function doubted({ altered }: Timeline, finding: Finding): Finding {
  if (altered.length === 0 || (finding.kind !== 'leak' && finding.kind !== 'crossed')) return finding
  const { invariant, threshold } = finding
  return { invariant, ...(threshold && { threshold }), ...doubtOf(`${finding.sentence}, by a record that is not as it was written`) }
}
