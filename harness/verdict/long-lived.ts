import type { Process } from '../timeline/member.ts'
import type { Timeline } from '../timeline/timeline.ts'
import { remembered } from './remembered.ts'
import { finalRest, presentThroughout, readingsOf, untouchedRests } from './rest.ts'
import { isPlanted, isProcess } from './stay.ts'

/** Processes that lived through every rest: of one that was started meanwhile the first descriptors and threads are no growth. */
export const longLivedProcesses = remembered((timeline: Timeline): readonly Process[] => {
  const rests = untouchedRests(timeline)
  const last = finalRest(timeline)
  if (last === undefined) return []
  return presentThroughout(last, isProcess).filter((process) => process.request === null && !isPlanted(timeline, process, last.last) && rests.every((rest) => readingsOf(rest, process).length === rest.looks.length))
})
