import type { Dose } from '../timeline/entry.ts'
import type { Stamped, Timeline } from '../timeline/timeline.ts'

/** The doses that a verdict rests on, without warm-up and baseline. */
export const measuredDoses = ({ doses }: Timeline): readonly Stamped<Dose>[] => doses.filter(({ role }) => role === 'measured')
