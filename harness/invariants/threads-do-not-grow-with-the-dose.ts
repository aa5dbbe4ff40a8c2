import type { Process } from '../timeline/member.ts'
import type { Clients, Timeline } from '../timeline/timeline.ts'
import { inSteps, risen } from '../verdict/growth.ts'
import { type Grown, growsIn, growthIn, judgedWords } from '../verdict/lives.ts'
import { finalRest, noRest, type Rest, readingsOf } from '../verdict/rest.ts'
import type { Invariant } from '../verdict/verdict.ts'
import { count } from '../verdict/words.ts'

/**
 * Threads that one and the same process starts for requests and never ends. A runtime's own threads and a pool of them stop growing; a leak goes on by a rate in every cycle.
 * A server with a thread for each connection keeps one for each client that has vanished; for how long it may is judged elsewhere. But it must show that it is such a server: any other
 * loses nothing by vanished clients except their sockets.
 */
export default {
  name: 'threads do not grow with the dose',
  check: (timeline) => {
    if (finalRest(timeline) === undefined) return noRest
    const grows = growsIn(timeline, threadsAt)
    const { piling, unsettled } = grows
    const beyond = piling.map(({ life }): Grown => ({ life, growth: growthIn(timeline, life, (rest, process) => threadsAt(rest, process) - mostVanished(rest, process)) }))
    const leaking = beyond.filter(({ growth }) => growth.kind === 'proportional')
    const waiting = piling.filter((_, i) => beyond[i]?.growth.kind !== 'proportional')
    if (leaking.length > 0)
      return {
        kind: 'leak',
        sentence: `${count(leaking.reduce((sum, { growth }) => sum + risen(growth), 0), 'thread')} in ${count(leaking.length, 'process', 'processes')} stayed, more after every load: ${leaking.map(said).join('; ')}`,
        survivors: leaking.map((one) => ({ member: one.life.process, why: said(one), bornIn: null, ofGrowth: true, keptMore: one.growth.steps, beyond: { of: 'threads' as const, plateau: one.growth.plateau } })),
      }
    const waited = `${count(waiting.reduce((sum, { growth }) => sum + risen(growth), 0), 'thread')} in ${count(waiting.length, 'process', 'processes')} stayed, hardly more than connections of clients that vanished`
    if (waiting.length > 0 && !hasThreadForEachClient(timeline))
      return {
        kind: 'inconclusive',
        sentence: `${waited}, but threads were not seen to come and go with connections, as where each has one: ${waiting.map(said).join('; ')}`,
        settledBy: 'a load without load.rude.vanish: threads that grow there wait for nobody',
      }
    if (waiting.length > 0) return { kind: 'warning', sentence: `${waited}: ${waiting.map(said).join('; ')}`, survivors: waiting.map((one) => ({ member: one.life.process, why: said(one), bornIn: null })) }
    if (unsettled.length > 0) return { kind: 'warning', sentence: `threads have not settled yet: ${unsettled.map(said).join('; ')}`, survivors: unsettled.map((one) => ({ member: one.life.process, why: said(one), bornIn: null })) }
    return { kind: 'pass', sentence: `no threads piled up in ${judgedWords(grows)}` }
  },
} satisfies Invariant

/** The fewest on any look of the rest: what ran for a moment has not stayed. */
const threadsAt = (rest: Rest, process: Process): number => Math.min(...readingsOf(rest, process).map(({ threads }) => threads))

const mostVanished = (rest: Rest, process: Process): number => Math.max(...readingsOf(rest, process).map(({ vanishedClients = 0 }) => vanishedClients))

/**
 * The least number of threads by which each further connection must raise them. It is below 1 since connections are read some milliseconds before threads: short ones have ended by
 * then, and some that have just begun have no thread yet. In other servers it is near 0.
 */
const followed = 0.5

/** Whether threads come and go with connections. Those of vanished clients are left out on both sides, and so are threads that leak as often as clients vanish. */
function hasThreadForEachClient({ clientExtremes }: Timeline): boolean {
  const threads = ({ threads: all, vanishedClients }: Clients): number => all - vanishedClients
  const [clients, more] = clientExtremes.reduce(([sum, total], { fewest, most }) => [sum + most.clients - fewest.clients, total + threads(most) - threads(fewest)], [0, 0])
  return clients > 0 && more >= followed * clients
}

const said = ({ life: { process }, growth }: Grown): string => `pid ${process.pid} from ${growth.plateau}, ${inSteps(growth)}`
