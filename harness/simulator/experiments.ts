import { curves } from './curves.ts'
import type { Experiment } from './experiment.ts'
import { coverage, sequential } from './statistics.ts'
import { blind, clean, recall } from './verdicts.ts'

/** The most important first, should somebody stop before the end. */
export const experiments: readonly Experiment[] = [clean, blind, recall, sequential, coverage, curves]
