import type { Process } from '../timeline/member.ts'
import type { Timeline } from '../timeline/timeline.ts'
import { livesOf } from './lives.ts'

/** Processes that lived through every rest. */
export const longLivedProcesses = (timeline: Timeline): readonly Process[] => livesOf(timeline).flatMap(({ process, isWhole }) => (isWhole ? [process] : []))
