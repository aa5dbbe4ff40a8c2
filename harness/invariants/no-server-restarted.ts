import type { Server } from '../timeline/member.ts'
import { runningLooks } from '../verdict/rest.ts'
import type { Invariant } from '../verdict/verdict.ts'
import { inOrder, list } from '../verdict/words.ts'

/** A restart wipes away what was left, and with it the evidence. */
export default {
  name: 'no server restarted',
  isCause: true,
  check: (timeline) => {
    const looks = runningLooks(timeline)
    const serversIn = (members: (typeof looks)[number]['members']): readonly Server[] => members.filter((member) => member.kind === 'server')
    const names = [...new Set(looks.flatMap(({ members }) => serversIn(members).map(({ name }) => name)))].sort(inOrder)
    const restarted = names.filter((name) => new Set(looks.flatMap(({ members }) => serversIn(members).filter((server) => server.name === name).map(({ id }) => id))).size > 1)
    const missing = names.filter((name) => looks.some(({ members }) => !serversIn(members).some((server) => server.name === name)))

    if (names.length === 0) return { kind: 'inconclusive', sentence: 'no look shows a server: whether one restarted cannot be told', settledBy: 'a run whose looks succeed' }
    if (restarted.length > 0)
      return { kind: 'inconclusive', sentence: `${list(restarted)} restarted during the run: what was left before is gone`, settledBy: 'find out why in its log, then run again' }
    if (missing.length > 0) return { kind: 'inconclusive', sentence: `${list(missing)} was not there at every look`, settledBy: 'find out why in its log, then run again' }
    return { kind: 'pass', sentence: `${list(names)} ran through without a restart` }
  },
} satisfies Invariant
