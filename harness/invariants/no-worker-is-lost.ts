import type { Member, Process } from '../timeline/member.ts'
import { finalRest, noRest, presentThroughout, type Rest, untouchedRests } from '../verdict/rest.ts'
import { isPlanted, isProcess } from '../verdict/stay.ts'
import type { Invariant } from '../verdict/verdict.ts'
import { count } from '../verdict/words.ts'

/** Below the floor is a failure too. Only against a declared number: spare workers of a server come and go in health, and so do recycled ones. */
export default {
  name: 'no worker is lost',
  check: (timeline) => {
    const { workers } = timeline.facts.limits
    const last = finalRest(timeline)
    if (workers === undefined || workers === 0) return { kind: 'not judged', sentence: 'no workers are declared' }
    if (last === undefined) return noRest
    const workersAt = (rest: Rest): number => presentThroughout(rest, isWorker).filter((process) => !isPlanted(timeline, process, rest.last)).length
    const most = Math.max(...untouchedRests(timeline).map(workersAt))
    const left = workersAt(last)
    if (most >= workers && left < workers) return { kind: 'leak', sentence: `${count(workers - left, 'worker')} of ${workers} went and did not come back`, survivors: [] }
    return { kind: 'pass', sentence: `${count(left, 'long-lived process', 'long-lived processes')} at the end, ${workers} declared` }
  },
} satisfies Invariant

const isWorker = (member: Member): member is Process => isProcess(member) && member.request === null
