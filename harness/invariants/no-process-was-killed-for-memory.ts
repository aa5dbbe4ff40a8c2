import { runningLooks } from '../verdict/rest.ts'
import type { Invariant } from '../verdict/verdict.ts'
import { count } from '../verdict/words.ts'

/** A process that the kernel kills takes its sessions and its evidence with it: what is left then is not what the application would have left. */
export default {
  name: 'no process was killed for memory',
  isCause: true,
  check: (timeline) => {
    const kills = runningLooks(timeline).flatMap(({ counters }) => counters['app.memory-kills'] ?? [])
    const [first] = kills
    if (first === undefined) return { kind: 'not judged', sentence: 'this run does not look whether processes were killed for memory' }
    const killed = Math.max(...kills) - first
    if (killed <= 0) return { kind: 'pass', sentence: 'the kernel killed no process for want of memory' }
    return {
      kind: 'inconclusive',
      sentence: `the kernel killed ${count(killed, 'process', 'processes')} for want of memory where the application runs`,
      settledBy: 'give it more memory, or less load at once; if its memory grows with every load, that is the leak',
    }
  },
} satisfies Invariant
