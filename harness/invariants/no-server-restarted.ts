import type { Server } from '../timeline/member.ts'
import type { Timeline } from '../timeline/timeline.ts'
import { runningLooks } from '../verdict/rest.ts'
import { remedyOfTrouble, troubleWords } from '../verdict/server-trouble.ts'
import type { Invariant } from '../verdict/verdict.ts'
import { count, inOrder, list } from '../verdict/words.ts'

/** A restart removes what was left, and the evidence with it. */
export default {
  name: 'no server restarted',
  isCause: true,
  check: (timeline) => {
    const looks = runningLooks(timeline)
    const seen = looks.map((look) => ({ look, servers: look.members.filter((member): member is Server => member.kind === 'server') }))
    const known = Map.groupBy(seen.flatMap(({ servers }) => servers), ({ name }) => name)
    const names = [...known.keys()].sort(inOrder)
    const restarted = names.filter((name) => new Set(known.get(name)?.map(({ id }) => id)).size > 1)
    // If a probe gave no answer, its server is out of sight: nobody can say that it is gone.
    const lost = (name: string) => seen.flatMap(({ look, servers }) => ((look.missed ?? []).length > 0 || servers.some((server) => server.name === name) ? [] : [look]))
    const missing = names.filter((name) => lost(name).length > 0)

    const isWatched = timeline.facts.probes.includes('processes')
    if (names.length === 0) return { kind: 'inconclusive', sentence: 'no look shows a server: whether one restarted cannot be told', settledBy: 'a run whose looks succeed' }
    if (restarted.length > 0)
      return { kind: 'inconclusive', sentence: `${list(restarted)} restarted during the run: what was left before is gone${troubleWords(timeline)}`, settledBy: remedyOf(timeline) }
    // The server process of the application is the oldest that listens on its port: if none is seen to, the processes that are seen belong to something else.
    if (isWatched && !names.includes(application))
      return { kind: 'inconclusive', sentence: `no look shows a process that listens on the application's port: ${application} was out of sight, and with it what its processes leave`, settledBy: 'an application that keeps its environment when it goes to the background, and a harness that runs as root or as its user' }
    if (missing.length > 0) return { kind: 'inconclusive', sentence: `${list(missing.map((name) => `${name} was gone at ${lost(name).length} of ${count(looks.length, 'look')}${inCycle(lost(name)[0]?.cycle)}`))}${troubleWords(timeline)}`, settledBy: remedyOf(timeline) }
    return { kind: 'pass', sentence: `${list(names)} ran through without a restart` }
  },
} satisfies Invariant

/** The name that probes/resources/processes.ts gives it. */
const application = 'application'

const remedyOf = (timeline: Timeline): string => remedyOfTrouble(timeline, 'find out why in its log, then run again')

const inCycle = (cycle: number | undefined): string => (cycle === undefined ? '' : `, first after cycle ${cycle}`)
