import type { Timeline } from '../timeline/timeline.ts'

/** Remembers the answer for each timeline. Twenty invariants ask the same of it, and it never changes. */
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
