import type { Member, Process } from '../timeline/member.ts'
import { cpuUsedMs, isStuck } from '../verdict/progress.ts'
import { noRest, untouchedRests } from '../verdict/rest.ts'
import { isProcess, latestOfEach, outlivedMs, type Stay, staysAtEach, survivor } from '../verdict/stay.ts'
import { declaredTransactionMs, lingerMs } from '../verdict/thresholds.ts'
import type { Invariant } from '../verdict/verdict.ts'
import { count, duration } from '../verdict/words.ts'

/**
 * A process that carries a request in its environment (CGI) has to end with it. One that still makes progress is a slow page whose client has left, until it has used more CPU time than
 * any request may take. One that makes no progress, with its session idle too, hangs.
 */
export default {
  name: 'no request process outlives its request',
  check: (timeline) => {
    const rests = untouchedRests(timeline)
    if (rests.length === 0) return noRest
    const allowedMs = lingerMs(timeline)
    const stays = latestOfEach(staysAtEach(timeline, rests, { is: isRequestProcess }).flat())
    const longestMs = Math.max(allowedMs, declaredTransactionMs(timeline))
    const hung = stays.filter((stay) => outlivedMs(timeline, stay) > allowedMs && (isStuck(timeline, stay) || cpuUsedMs(timeline, stay) > longestMs))
    const undecided = stays.filter((stay) => !hung.includes(stay) && !stay.gone)

    if (hung.length > 0)
      return {
        kind: 'leak',
        sentence: `${count(hung.length, 'request process', 'request processes')} outlived ${hung.length === 1 ? 'its request' : 'their requests'}: still there ${duration(Math.max(...hung.map((stay) => outlivedMs(timeline, stay))))} after the load`,
        survivors: hung.map((stay) => survivor(stay, describe(stay))),
      }
    if (undecided.length > 0)
      return {
        kind: 'inconclusive',
        sentence: `${count(undecided.length, 'request process', 'request processes')} had not ended when the run stopped looking, and may have been at work`,
        settledBy: `let the run settle for longer than the slowest page, or declare limits.processLingerMs`,
      }
    return { kind: 'pass', sentence: 'no process of a request was left at rest' }
  },
} satisfies Invariant

const isRequestProcess = (member: Member): member is Process => isProcess(member) && member.request !== null

const describe = ({ latest }: Stay<Process>): string =>
  `state ${latest.state}${latest.waitChannel && ` in ${latest.waitChannel}`}, ${duration(latest.cpuMs)} CPU and no more; ${latest.request?.method} ${latest.request?.url}`
