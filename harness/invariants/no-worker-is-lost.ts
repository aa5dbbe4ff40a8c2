import type { Member, Process } from '../timeline/member.ts'
import type { Timeline } from '../timeline/timeline.ts'
import { finalRest, isOlderThanLoad, noRest, type Rest, untouchedRests } from '../verdict/rest.ts'
import { isProcess, ownThroughout } from '../verdict/stay.ts'
import type { Invariant } from '../verdict/verdict.ts'
import { count, list } from '../verdict/words.ts'

/** Too few processes are a failure as well. Only against a declared number: spare workers of a server come and go in health, and so do recycled ones. */
export default {
  name: 'no worker is lost',
  check: (timeline) => {
    const { workers } = timeline.facts.limits
    const last = finalRest(timeline)
    if (workers === undefined || workers === 0) return { kind: 'not judged', sentence: 'no workers are declared' }
    if (last === undefined) return noRest
    const rests = untouchedRests(timeline).map((rest) => ({ rest, workers: workersAt(timeline, rest) }))
    const most = Math.max(...rests.map((one) => one.workers.length))
    const left = workersAt(timeline, last)
    if (most < workers || left.length >= workers) return { kind: 'pass', sentence: `${count(left.length, 'long-lived process', 'long-lived processes')} at the end, ${workers} declared` }
    const gone = new Map(rests.flatMap((one) => one.workers.filter(({ id }) => !left.some((other) => other.id === id)).map((worker) => [worker.id, `pid ${worker.pid} (${worker.command})${one.rest.cycle === null ? '' : `, last seen after cycle ${one.rest.cycle}`}`])))
    return { kind: 'leak', sentence: `${count(workers - left.length, 'worker')} of ${workers} went and did not come back: ${list([...gone.values()].slice(left.length - workers))}`, survivors: [] }
  },
} satisfies Invariant

/** Workers are processes from before the first request, and those that take the place of one: what a worker has started and left behind is no worker. */
function workersAt(timeline: Timeline, rest: Rest): readonly Process[] {
  const kin = new Set(timeline.looks.flatMap(({ members }) => members.filter(isWorker).filter((process) => isOlderThanLoad(timeline, process)).map(kinOf)))
  return ownThroughout(timeline, rest, isWorker).filter((process) => kin.size === 0 || kin.has(kinOf(process)))
}

/**
 * What a worker has in common with the one whose place it takes: its parent and its command. Words with a digit are left out, as they may count the workers or name something of one of
 * them, such as its socket.
 */
const kinOf = ({ parentPid, command }: Process): string => `${parentPid} ${command.replaceAll(/\w+/g, (word) => (/\d/.test(word) ? '' : word))}`

const isWorker = (member: Member): member is Process => isProcess(member) && member.request === null
