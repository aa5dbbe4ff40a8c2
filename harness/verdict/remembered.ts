import type { Timeline } from '../timeline/timeline.ts'

/** Each timeline is asked the same by twenty invariants; it never changes, so one answer serves them all. */
export function remembered<T>(ask: (timeline: Timeline) => T): (timeline: Timeline) => T {
  const answers = new WeakMap<Timeline, T>()
  return (timeline) => {
    const known = answers.get(timeline)
    if (known !== undefined) return known
    const answer = ask(timeline)
    answers.set(timeline, answer)
    return answer
  }
}
