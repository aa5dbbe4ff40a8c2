import { cellsOf, type Group } from './curve.ts'
import { processes, transactions } from './curves-of-ages.ts'
import { growths } from './curves-of-growth.ts'
import { places } from './curves-of-places.ts'
import { rests } from './curves-of-rests.ts'
import { sessions } from './curves-of-sessions.ts'
import { dispersion, drifts, owners, rates } from './curves-of-words.ts'
import type { Experiment } from './experiment.ts'

/** Curves of every threshold of the engine on which chance can press, in the order in which the table tells them. */
export const groups: readonly Group[] = [rests, transactions, processes, growths, sessions, places, owners, ...rates, dispersion, drifts]

/** Each threshold against false alarms of the look-alikes that come close to it, and against recall of the leaks that it could hide. */
export const curves: Experiment = { name: 'curves', cells: groups.flatMap(cellsOf) }
