import type { Process } from '../timeline/member.ts'
import type { Timeline } from '../timeline/timeline.ts'
import { enoughSteps, type Growth, growthOver } from './growth.ts'
import { remembered } from './remembered.ts'
import { finalRest, presentThroughout, type Rest, untouchedRests } from './rest.ts'
import { isPlanted, isProcess } from './stay.ts'
import { count } from './words.ts'

/** A process that carries no request, as it was last seen at rest, with the rests that it lived through. `isWhole`: it lived through all rests of the run. */
export type Life = { readonly process: Process; readonly rests: readonly Rest[]; readonly isWhole: boolean }

/** The lives of all processes that carry no request, without what the run planted. */
export const livesOf = remembered((timeline: Timeline): readonly Life[] => {
  const rests = untouchedRests(timeline)
  const last = finalRest(timeline)
  const lives = new Map<string, { process: Process; rests: Rest[] }>()
  for (const rest of rests)
    for (const process of presentThroughout(rest, isProcess)) {
      if (process.request !== null || isPlanted(timeline, process, rest.last)) continue
      const earlier = lives.get(process.id)?.rests ?? []
      earlier.push(rest)
      lives.set(process.id, { process, rests: earlier })
    }
  return [...lives.values()].map((life) => ({ ...life, isWhole: life.rests.length === rests.length && last !== undefined && life.rests.includes(last) }))
})

/** A life, and how something that its process has a number of grew in it. */
export type Grown = { readonly life: Life; readonly growth: Growth }

/** What processes have more of after each load. `piling`: by a steady rate; `unsettled`: perhaps. `judged` and `unknown` are numbers of processes: the latter lived too short a time to tell. */
export type Grows = { readonly piling: readonly Grown[]; readonly unsettled: readonly Grown[]; readonly judged: number; readonly unknown: number }

/**
 * How something that each process has a number of grew, from rest to rest. Servers end their workers after so many requests and start others: what a worker kept goes with it, and a sum
 * over all would not show it. So each is judged over its own life. That one short-lived process had more after each of three loads may be chance: of several with the same command most
 * must, since their requests are alike.
 */
export function growsIn(timeline: Timeline, countAt: (rest: Rest, process: Process) => number): Grows {
  const lives = livesOf(timeline)
  // Only lives that are long enough to tell: a night has thousands of workers that come and go.
  const long = lives.filter(({ isWhole, rests }) => isWhole || rests.length >= warmUpRests + enoughSteps)
  const judged = long.map((life): Grown => ({ life, growth: growthIn(timeline, life, countAt) })).filter(({ life, growth }) => life.isWhole || growth.steps.length >= enoughSteps)
  const passing = Map.groupBy(judged.filter(({ life }) => !life.isWhole), ({ life }) => life.process.command)
  const isPiling = ({ growth }: Grown): boolean => growth.kind === 'proportional'
  const isAlike = ({ life: { process } }: Grown): boolean => {
    const alike = passing.get(process.command) ?? []
    const piling = alike.filter(isPiling).length
    return piling >= leastAlike && piling > alike.length / 2
  }
  const piling = judged.filter((one) => isPiling(one) && (one.life.isWhole || isAlike(one)))
  const unsettled = judged.filter((one) => !piling.includes(one) && (isPiling(one) || (one.life.isWhole && one.growth.kind === 'unsettled')))
  return { piling, unsettled, judged: judged.length, unknown: lives.length - judged.length }
}

/** Growth over the life of one process. One that began during the run warms up first, as the run did: its first rests count as its warm-up. */
export const growthIn = (timeline: Timeline, { rests, process, isWhole }: Life, countAt: (rest: Rest, process: Process) => number): Growth =>
  growthOver(timeline, rests, (rest) => countAt(rest, process), isWhole ? 0 : warmUpRests)

const warmUpRests = 2
const leastAlike = 2

/** `2 long-lived processes; 14 more ended, or began, too soon to tell` */
export const judgedWords = ({ judged, unknown }: Grows): string => `${count(judged, 'long-lived process', 'long-lived processes')}${unknown > 0 ? `; ${unknown} more ended, or began, too soon to tell` : ''}`
